# intaglio::xsimd: the headers of xsimd and nothing else, if a version that serves is here; otherwise
# INTAGLIO_XSIMD_PROBLEM says what is wrong. The target `xsimd` of Debian 12 wants to link a library xtl, which no package
# has and which its headers do not need. The version is compared here, not by find_package: the version file of xsimd
# accepts requests for its own major version alone.
set(INTAGLIO_XSIMD_PROBLEM "")
if(NOT TARGET intaglio::xsimd)
    find_package(xsimd QUIET)
    if(NOT xsimd_FOUND)
        set(INTAGLIO_XSIMD_PROBLEM "intaglio needs xsimd 8.1 or later, which was not found (Debian: libxsimd-dev)")
    elseif(xsimd_VERSION AND xsimd_VERSION VERSION_LESS 8.1)
        set(INTAGLIO_XSIMD_PROBLEM "intaglio needs xsimd 8.1 or later, but ${xsimd_DIR} has ${xsimd_VERSION}")
    else()
        add_library(intaglio::xsimd INTERFACE IMPORTED)
        get_target_property(folders xsimd INTERFACE_INCLUDE_DIRECTORIES)
        set_target_properties(intaglio::xsimd PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${folders}")
    endif()
endif()
