# intaglio::xsimd: the headers of xsimd and nothing else. The target `xsimd` of Debian 12 wants to link a library xtl,
# which no package has and which its headers do not need.
include(CMakeFindDependencyMacro)
find_dependency(xsimd 8.1)
if(NOT TARGET intaglio::xsimd)
    add_library(intaglio::xsimd INTERFACE IMPORTED)
    get_target_property(folders xsimd INTERFACE_INCLUDE_DIRECTORIES)
    set_target_properties(intaglio::xsimd PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${folders}")
endif()
