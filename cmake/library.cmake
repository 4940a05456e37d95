# The library: every .cpp below candor/ but the command line's.
# A program linked with -static needs every library as an archive.
if(CMAKE_EXE_LINKER_FLAGS MATCHES "(^| )-static( |$)")
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
endif()
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(hwy REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)

file(GLOB_RECURSE candor_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/candor/*.cpp)
list(FILTER candor_sources EXCLUDE REGEX "/candor/cli/")
include(unity)
candor_unity(candor_sources 24)

# Three groups by how they are compiled. Each has a precompiled header of its own, since GCC takes one only where -Os and -O agree.
# -O3 is for kernels and for what trains without them. What runs once a trace, a file or a command is built for size: a third less to compile, half the code.
foreach(source ${candor_sources})
  if(source MATCHES "/candor/(tensor|backends|candid/(baselines|series))/")
    list(APPEND candor_fast_sources ${source})
  elseif(source MATCHES "/candor/(nn|candid|explain|formats|pipeline|train)/")
    list(APPEND candor_small_sources ${source})
  else()
    list(APPEND candor_plain_sources ${source})
  endif()
endforeach()

add_library(candor STATIC)
foreach(group fast small plain)
  add_library(candor_${group} OBJECT ${candor_${group}_sources})
  target_include_directories(candor_${group} PRIVATE $<TARGET_PROPERTY:candor,INCLUDE_DIRECTORIES>)
  target_compile_options(candor_${group} PRIVATE $<TARGET_PROPERTY:candor,COMPILE_OPTIONS>)
  target_compile_definitions(candor_${group} PRIVATE $<TARGET_PROPERTY:candor,COMPILE_DEFINITIONS>)
  target_sources(candor PRIVATE $<TARGET_OBJECTS:candor_${group}>)
endforeach()
# The sources and the precompiled header alike.
set_property(SOURCE ${candor_small_sources} ${CMAKE_BINARY_DIR}/CMakeFiles/candor_small.dir/cmake_pch.hxx.cxx APPEND PROPERTY COMPILE_OPTIONS $<$<CONFIG:Release>:-Os>)
set_property(SOURCE ${candor_plain_sources} ${CMAKE_BINARY_DIR}/CMakeFiles/candor_plain.dir/cmake_pch.hxx.cxx APPEND PROPERTY COMPILE_OPTIONS $<$<CONFIG:Release>:-O2>)
# What is tried and thrown away needs no speed where it runs once a trace or a file.
if(CANDOR_SANITIZE)
  foreach(source ${candor_sources})
    if(source MATCHES "/candor/(nn|formats)/")
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS -O0)
    endif()
  endforeach()
endif()
set(candor_std_headers <algorithm> <cmath> <cstring> <functional> <memory> <span> <string> <vector>)
target_precompile_headers(candor_fast PRIVATE ${candor_std_headers} <candor/graph/graph.h>)
target_precompile_headers(candor_small PRIVATE ${candor_std_headers} <candor/nn/activation.h> <candor/nn/config_reader.h> <candor/nn/layer_body.h> <candor/nn/losses/loss.h>
                          <candor/nn/metrics/metric.h> <candor/ops/elementwise.h> <candor/ops/manipulate.h> <candor/ops/matmul.h> <candor/ops/reduce.h>)
target_precompile_headers(candor_plain PRIVATE ${candor_std_headers} <candor/graph/graph.h> <candor/nn/model.h> <candor/ops/op.h>)
add_library(candor::candor ALIAS candor)
target_include_directories(candor PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}> $<INSTALL_INTERFACE:include>)
target_compile_features(candor PUBLIC cxx_std_20)
target_link_libraries(candor PRIVATE $<BUILD_INTERFACE:candor_flags> $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>
                      PUBLIC OpenMP::OpenMP_CXX ZLIB::ZLIB ${CMAKE_DL_LIBS})
# Of Highway only the headers are used: kernels are picked by backends/cpu/targets.h, so its library is not linked.
get_target_property(candor_hwy_headers hwy::hwy INTERFACE_INCLUDE_DIRECTORIES)
target_include_directories(candor PUBLIC $<BUILD_INTERFACE:${candor_hwy_headers}>)
# A definition goes only to the sources that ask for it, so that ccache serves every tree with the objects of the others.
function(candor_define name)
  foreach(source ${candor_sources})
    file(STRINGS ${source} uses REGEX ${name} LIMIT_COUNT 1)
    if(uses)
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_DEFINITIONS ${name}=1)
    endif()
  endforeach()
endfunction()

set(candor_has_onednn OFF)
if(CANDOR_ONEDNN)
  include(candor-onednn)
  if(TARGET DNNL::dnnl)
    candor_define(CANDOR_ONEDNN)
    target_link_libraries(candor PUBLIC DNNL::dnnl)
    set(candor_has_onednn ON)
  endif()
endif()

set(candor_has_images OFF)
if(CANDOR_IMAGES)
  find_package(JPEG QUIET)
  find_package(PNG QUIET)
  if(JPEG_FOUND AND PNG_FOUND)
    candor_define(CANDOR_IMAGES)
    target_link_libraries(candor PUBLIC JPEG::JPEG PNG::PNG)
    set(candor_has_images ON)
  endif()
endif()

# Unpacks MNIST three times as fast as zlib. Only gzip.cpp knows of it.
set(candor_has_libdeflate OFF)
find_library(LIBDEFLATE_LIBRARY deflate)
find_path(LIBDEFLATE_INCLUDE_DIR libdeflate.h)
mark_as_advanced(LIBDEFLATE_LIBRARY LIBDEFLATE_INCLUDE_DIR)
if(CANDOR_LIBDEFLATE AND LIBDEFLATE_LIBRARY AND LIBDEFLATE_INCLUDE_DIR)
  set_source_files_properties(${CMAKE_SOURCE_DIR}/candor/base/gzip.cpp PROPERTIES
    COMPILE_DEFINITIONS CANDOR_LIBDEFLATE=1 COMPILE_OPTIONS "-idirafter;${LIBDEFLATE_INCLUDE_DIR}" SKIP_PRECOMPILE_HEADERS ON)
  target_link_libraries(candor PRIVATE ${LIBDEFLATE_LIBRARY})
  set(candor_has_libdeflate ON)
endif()

include(optional)

# Kernels are unrolled for three instruction sets, and Clang takes minutes for each when every load is checked in place. A call checks it
# as well, and what the address sanitizer sees of a pointer need not be asked a second time.
if(CANDOR_SANITIZE STREQUAL "address" AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  foreach(source ${candor_sources})
    file(STRINGS ${source} kernels REGEX "hwy/foreach_target.h" LIMIT_COUNT 1)
    if(kernels)
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS -mllvm -asan-instrumentation-with-call-threshold=0
                   -fno-sanitize=null,alignment,pointer-overflow,vptr,object-size)
    endif()
  endforeach()
endif()

# What reads foreign bytes tells the fuzzer which way it went.
if(CANDOR_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "CANDOR_FUZZ needs clang: -DCMAKE_CXX_COMPILER=clang++")
  endif()
  foreach(source ${candor_sources})
    if(source MATCHES "/candor/(base|tensor|data|formats|nn)/")
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS -fsanitize=fuzzer-no-link)
    endif()
  endforeach()
endif()
