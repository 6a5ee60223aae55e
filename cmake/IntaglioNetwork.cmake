# intaglio_add_network(NAME HEADER [NETWORK TYPE] ARCHS ARCH...): the library NAME with the network TYPE (default Net) of
# the header HEADER, compiled for each of the instruction sets. What links it includes <NAME.hpp> and makes a
# NAME::Network of a model; it runs on the best set that the processor has (intaglio/dispatch/dispatched_network.hpp).
#
# ARCHS, from best to worst: on x86-64 avx512vnni_popcount, avx512vnni, avx512, avx2vnni, avx2, sse4.2, x86-64; on AArch64
# neon_dotprod, neon. The last of a processor is what every one of its kind runs.
#
# Objects of different sets share no function: of each, only its entry is a global symbol. So no copy of, say,
# std::vector's that is compiled for AVX-512 takes the place of the others.

set(INTAGLIO_ARCHS_x86_64 avx512vnni_popcount avx512vnni avx512 avx2vnni avx2 sse4.2 x86-64)
set(INTAGLIO_ARCHS_aarch64 neon_dotprod neon)
set(INTAGLIO_FLAGS_avx512vnni_popcount -march=x86-64-v4 -mavx512vnni -mavx512vpopcntdq)
set(INTAGLIO_FLAGS_avx512vnni -march=x86-64-v4 -mavx512vnni)
set(INTAGLIO_FLAGS_avx512 -march=x86-64-v4)
set(INTAGLIO_FLAGS_avx2vnni -march=x86-64-v3 -mavxvnni)
set(INTAGLIO_FLAGS_avx2 -march=x86-64-v3)
set(INTAGLIO_FLAGS_sse4.2 -march=x86-64-v2)
set(INTAGLIO_FLAGS_x86-64 -march=x86-64)
set(INTAGLIO_FLAGS_neon_dotprod -march=armv8.2-a+dotprod)
set(INTAGLIO_FLAGS_neon -march=armv8-a)

function(intaglio_add_network name header)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "NETWORK" "ARCHS")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "intaglio_add_network(${name}): unknown argument ${arg_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT name MATCHES "^[A-Za-z_][A-Za-z0-9_]*$")
        message(FATAL_ERROR "intaglio_add_network(${name}): the name is a namespace, too: letters, digits and _")
    endif()
    cmake_path(ABSOLUTE_PATH header BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    if(NOT EXISTS "${header}")
        message(FATAL_ERROR "intaglio_add_network(${name}): there is no header ${header}")
    endif()
    if(NOT arg_NETWORK)
        set(arg_NETWORK Net)
    endif()
    string(TOLOWER "${CMAKE_SYSTEM_PROCESSOR}" processor)
    string(REPLACE "amd64" "x86_64" processor "${processor}")
    set(known ${INTAGLIO_ARCHS_${processor}})
    set(archs "")
    foreach(arch IN LISTS known)
        if(arch IN_LIST arg_ARCHS)
            list(APPEND archs ${arch})
            list(REMOVE_ITEM arg_ARCHS ${arch})
        endif()
    endforeach()
    if(arg_ARCHS OR NOT archs)
        list(JOIN known ", " known)
        message(FATAL_ERROR "intaglio_add_network(${name}): ARCHS for ${processor} are ${known}; found ${arg_ARCHS}")
    endif()

    set(folder "${CMAKE_CURRENT_BINARY_DIR}/${name}_network")
    set(objects "")
    set(declarations "")
    set(entries "")
    foreach(arch IN LISTS archs)
        string(MAKE_C_IDENTIFIER "intaglio_${name}_${arch}" entry)
        string(APPEND declarations "extern \"C\" const intaglio::NetworkEntry ${entry};\n")
        list(APPEND entries "&${entry}")
        set(part "${name}.${arch}")
        file(CONFIGURE OUTPUT "${folder}/${arch}.cpp" @ONLY CONTENT [==[
#include "@header@"

#include <intaglio/dispatch/make_network_entry.hpp>

extern "C" const intaglio::NetworkEntry @entry@;
const intaglio::NetworkEntry @entry@ = intaglio::make_network_entry<::@arg_NETWORK@>("@arch@");
]==])
        add_library(${part} OBJECT "${folder}/${arch}.cpp")
        target_link_libraries(${part} PRIVATE intaglio::intaglio)
        target_compile_options(${part} PRIVATE ${INTAGLIO_FLAGS_${arch}} $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
        set_target_properties(${part} PROPERTIES INTERPROCEDURAL_OPTIMIZATION OFF POSITION_INDEPENDENT_CODE ON)
        set(object "${folder}/${arch}.o")
        add_custom_command(OUTPUT "${object}"
            COMMAND "${CMAKE_LINKER}" -r --force-group-allocation -o "${object}.all" "$<TARGET_OBJECTS:${part}>"
            COMMAND "${CMAKE_OBJCOPY}" --keep-global-symbol=${entry} "${object}.all" "${object}"
            DEPENDS ${part} "$<TARGET_OBJECTS:${part}>"
            COMMENT "Keeping ${arch} of ${name} apart"
            VERBATIM)
        set_source_files_properties("${object}" PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
        list(APPEND objects "${object}")
    endforeach()
    list(LENGTH entries count)
    list(JOIN entries ", " entries)
    file(CONFIGURE OUTPUT "${folder}/entries.cpp" @ONLY CONTENT [==[
#include <intaglio/dispatch/network_entry.hpp>

@declarations@
extern "C" const intaglio::NetworkEntry* const intaglio_@name@_entries[@count@];
const intaglio::NetworkEntry* const intaglio_@name@_entries[@count@] = {@entries@};
]==])
    file(CONFIGURE OUTPUT "${folder}/include/${name}.hpp" @ONLY CONTENT [==[
// @arg_NETWORK@ for several instruction sets, of which the best runs. Made by intaglio_add_network().
#pragma once

#include "@header@"

#include <intaglio/dispatch/dispatched_network.hpp>
#include <string_view>
#include <vector>

extern "C" const intaglio::NetworkEntry* const intaglio_@name@_entries[@count@];

namespace @name@::inline INTAGLIO_INSTRUCTION_SET {

/// The integer program of @arg_NETWORK@; see intaglio::DispatchedNetwork.
class Network : public intaglio::DispatchedNetwork<::@arg_NETWORK@> {
  public:
    /// Packs a model for the best instruction set that this processor has, or for the one named. Throws
    /// std::runtime_error if it has none, std::invalid_argument if the model is none of @arg_NETWORK@.
    explicit Network(const intaglio::Model<::@arg_NETWORK@>& model, std::string_view set = {})
        : DispatchedNetwork(model, intaglio_@name@_entries, set) {}

    /// Those instruction sets of this program that the processor has, best first.
    [[nodiscard]] static std::vector<std::string_view> sets() { return supported_sets(intaglio_@name@_entries); }
};

}  // namespace @name@::inline INTAGLIO_INSTRUCTION_SET
]==])
    add_library(${name} STATIC "${folder}/entries.cpp" ${objects})
    target_link_libraries(${name} PUBLIC intaglio::intaglio)
    target_include_directories(${name} PUBLIC "${folder}/include")
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
endfunction()
