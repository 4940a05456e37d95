# The library: every .cpp below candor/ but the command line's.
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(hwy REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)
find_package(spdlog REQUIRED)

file(GLOB_RECURSE candor_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/candor/*.cpp)
list(FILTER candor_sources EXCLUDE REGEX "/candor/cli/")

add_library(candor STATIC ${candor_sources})
add_library(candor::candor ALIAS candor)
target_include_directories(candor PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}> $<INSTALL_INTERFACE:include>)
target_compile_features(candor PUBLIC cxx_std_20)
target_link_libraries(candor PRIVATE $<BUILD_INTERFACE:candor_flags> $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>
                      PUBLIC OpenMP::OpenMP_CXX ZLIB::ZLIB)
# Of Highway only the headers are used: kernels are picked by backends/cpu/targets.h, so its library is not linked.
get_target_property(candor_hwy_headers hwy::hwy INTERFACE_INCLUDE_DIRECTORIES)
target_include_directories(candor PUBLIC $<BUILD_INTERFACE:${candor_hwy_headers}>)
# Headers only: the program must not depend on a shared libspdlog and libfmt for a few lines of log.
target_include_directories(candor PRIVATE $<BUILD_INTERFACE:$<TARGET_PROPERTY:spdlog::spdlog_header_only,INTERFACE_INCLUDE_DIRECTORIES>>)
target_precompile_headers(candor PRIVATE <algorithm> <cmath> <cstring> <functional> <memory> <span> <string> <vector>)

set(candor_has_onednn OFF)
if(CANDOR_ONEDNN)
  find_package(dnnl QUIET)
  if(dnnl_FOUND)
    target_compile_definitions(candor PRIVATE CANDOR_ONEDNN=1)
    target_link_libraries(candor PUBLIC DNNL::dnnl)
    set(candor_has_onednn ON)
  endif()
endif()

set(candor_has_images OFF)
if(CANDOR_IMAGES)
  find_package(JPEG QUIET)
  find_package(PNG QUIET)
  if(JPEG_FOUND AND PNG_FOUND)
    target_compile_definitions(candor PRIVATE CANDOR_IMAGES=1)
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
