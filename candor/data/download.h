// One file from the network, whole or not at all.
#pragma once

#include <string>

#include "candor/data/catalogue.h"

namespace candor::data {

struct DownloadOptions {
  double timeout = 30;  ///< seconds in which at least 1000 bytes a second must come
  int retries = 3;      ///< more tries of one address when the connection breaks
  double pause = 1;     ///< seconds before the second try; doubled for each further one
};

/// Fetches `file` to `path` with libcurl, which is opened when this is called: http and https, redirects, the usual proxy variables
/// (https_proxy, no_proxy ...). What has come lies in `path`.part and is gone on from by the next call. The file gets its name when
/// length and checksum are right. An address that begins with file:// or / is copied. `label` stands in the progress.
/// Throws Error: io (no address served the file: each with its reason; a disk that is full), unsupported (no libcurl), interrupted.
void download(const RemoteFile& file, const std::string& path, const std::string& label, const DownloadOptions& options = {});

}  // namespace candor::data
