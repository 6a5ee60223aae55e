# Sourced by the checks of objects: what belongs to $compiler. `tools` stands before the names of its nm and size,
# `target` is what it needs to compile for a Cortex-M0.
# shellcheck shell=sh disable=SC2034,SC2154
case $compiler in
*arm-none-eabi-g++)
    tools=${compiler%g++}
    target='-mcpu=cortex-m0 -mthumb'
    ;;
*)
    tools=
    target=
    ;;
esac
