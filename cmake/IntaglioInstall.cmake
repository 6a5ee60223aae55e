# Installs the targets with a package file each, so that find_package(intaglio) needs only what is asked of it.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)
set(package_dir "${CMAKE_INSTALL_DATADIR}/cmake/intaglio")

foreach(component IN LISTS INTAGLIO_COMPONENTS)
    get_target_property(target intaglio::${component} ALIASED_TARGET)
    install(TARGETS ${target} EXPORT intaglio-${component} FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
    install(EXPORT intaglio-${component}
        NAMESPACE intaglio:: FILE intaglio-${component}.cmake DESTINATION "${package_dir}")
endforeach()

configure_package_config_file(cmake/intaglio-config.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/intaglio-config.cmake"
    INSTALL_DESTINATION "${package_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/intaglio-config-version.cmake"
    COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
    cmake/intaglio-xsimd.cmake cmake/IntaglioNetwork.cmake
    "${CMAKE_CURRENT_BINARY_DIR}/intaglio-config.cmake" "${CMAKE_CURRENT_BINARY_DIR}/intaglio-config-version.cmake"
    DESTINATION "${package_dir}")
