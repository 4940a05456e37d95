// Public data by name: downloaded once, checked, kept in the cache, found by data::load.
#pragma once

#include <string>

#include "candor/data/catalogue.h"
#include "candor/data/download.h"

namespace candor::data {

struct FetchOptions {
  std::string cache = cache_folder();
  std::string mirror = {};   ///< an address or folder that holds NAME/FILE; goes before the published addresses
  bool again = false;        ///< fetch what is there already
  DownloadOptions download = {};
};

/// What was fetched, and where it lies.
struct Fetched {
  std::string path;          ///< what `candor train` reads: a table or a folder
  bool was_there = false;
};

/// Downloads to `cache`/downloads/NAME, checks, unpacks and moves the whole to `cache`/data/NAME, which thus is never there in part. Files
/// that somebody put into the folder of downloads are checked and used. Throws Error: unsupported (an entry that is not downloaded, no
/// libcurl), io, corrupt, interrupted; the message says which files to put where.
Fetched fetch(const CatalogueEntry& entry, const FetchOptions& options = {});

}  // namespace candor::data
