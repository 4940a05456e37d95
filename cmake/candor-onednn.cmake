# DNNL::dnnl from header and library. libdnnl's own package file is not used: Debian's asks for OpenCL's headers, which libdnnl-dev does not
# install, and ends the configuration without them.
if(NOT TARGET DNNL::dnnl)
  find_path(CANDOR_DNNL_INCLUDE oneapi/dnnl/dnnl.hpp)
  find_library(CANDOR_DNNL_LIBRARY dnnl)
  mark_as_advanced(CANDOR_DNNL_INCLUDE CANDOR_DNNL_LIBRARY)
  if(CANDOR_DNNL_INCLUDE AND CANDOR_DNNL_LIBRARY)
    add_library(DNNL::dnnl UNKNOWN IMPORTED)
    set_target_properties(DNNL::dnnl PROPERTIES IMPORTED_LOCATION ${CANDOR_DNNL_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${CANDOR_DNNL_INCLUDE})
  endif()
endif()
