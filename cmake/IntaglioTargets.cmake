# The targets that a user links: intaglio::intaglio, and where their libraries are found intaglio::data and
# intaglio::report.

if(POLICY CMP0167)
    cmake_policy(SET CMP0167 NEW)  # Boost is found by its own configuration file
endif()
find_package(Boost 1.74 REQUIRED)
include(intaglio-xsimd)
find_package(Threads)
if(INTAGLIO_REQUIRE_ALL)
    find_package(ZLIB REQUIRED)
    find_package(LibLZMA REQUIRED)
    find_package(nlohmann_json REQUIRED)
else()
    find_package(ZLIB)
    find_package(LibLZMA)
    find_package(nlohmann_json QUIET)
endif()

set(include_dir "${CMAKE_CURRENT_SOURCE_DIR}/include")
intaglio_sort_headers("${include_dir}" INTAGLIO_CORE_HEADERS INTAGLIO_DATA_HEADERS INTAGLIO_REPORT_HEADERS)
if(NOT INTAGLIO_CORE_HEADERS MATCHES "intaglio/intaglio\\.hpp"
   AND EXISTS "${include_dir}/intaglio/intaglio.hpp")
    message(FATAL_ERROR "intaglio.hpp must need neither zlib, liblzma nor JSON: headers that do are opt-in")
endif()

set(INTAGLIO_COMPONENTS intaglio)
add_library(intaglio INTERFACE)
target_compile_features(intaglio INTERFACE cxx_std_20)
target_sources(intaglio INTERFACE FILE_SET HEADERS BASE_DIRS "${include_dir}" FILES ${INTAGLIO_CORE_HEADERS})
target_link_libraries(intaglio INTERFACE Boost::headers intaglio::xsimd)
if(Threads_FOUND)
    target_link_libraries(intaglio INTERFACE Threads::Threads)
endif()
if(ZLIB_FOUND AND LibLZMA_FOUND)
    list(APPEND INTAGLIO_COMPONENTS data)
    add_library(intaglio_data INTERFACE)
    target_sources(intaglio_data INTERFACE FILE_SET HEADERS BASE_DIRS "${include_dir}" FILES ${INTAGLIO_DATA_HEADERS})
    target_link_libraries(intaglio_data INTERFACE intaglio ZLIB::ZLIB LibLZMA::LibLZMA)
endif()
if(nlohmann_json_FOUND)
    list(APPEND INTAGLIO_COMPONENTS report)
    add_library(intaglio_report INTERFACE)
    target_sources(intaglio_report
        INTERFACE FILE_SET HEADERS BASE_DIRS "${include_dir}" FILES ${INTAGLIO_REPORT_HEADERS})
    target_link_libraries(intaglio_report INTERFACE intaglio nlohmann_json::nlohmann_json)
endif()

foreach(component IN LISTS INTAGLIO_COMPONENTS)
    if(component STREQUAL "intaglio")
        set(target intaglio)
    else()
        set(target intaglio_${component})
    endif()
    add_library(intaglio::${component} ALIAS ${target})
    set_target_properties(${target} PROPERTIES
        EXPORT_NAME ${component}
        VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL})
endforeach()
