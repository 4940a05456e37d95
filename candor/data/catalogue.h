// The usual public data sets: where they lie, how to know that they came whole, and what `candor data get` makes of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace candor::data {

/// A file as its publisher serves it.
struct RemoteFile {
  std::string name;                    ///< in the cache; no folders
  std::vector<std::string> addresses;  ///< tried in order
  std::uint64_t bytes = 0;
  std::string sha256;                  ///< 64 hex digits
};

/// What is done to the files once they are there.
enum class Unpacking {
  none,    ///< they stay as they are
  header,  ///< a table without names of columns gets them
  adult,   ///< header, blanks and full stops in the cells removed
  cifar,   ///< the binary batches of a .tar.gz become IDX files as MNIST's
  imdb,    ///< the texts of a .tar.gz become train.csv and test.csv
  beats,   ///< JSON lists of heartbeats become train.csv and test.csv
};

/// A public data set: where its files lie, what they must be, and what may be done with them.
struct CatalogueEntry {
  std::string name;      ///< what `candor train` and `candor data get` are given
  std::string what;      ///< one line for people: contents, rows
  std::string terms;     ///< licence or terms of use
  std::vector<RemoteFile> files;
  Unpacking unpacking = Unpacking::none;
  std::string header = {};    ///< Unpacking::header and adult: names of the columns, separated by commas
  std::string main = {};      ///< the file that the name stands for; empty: the folder
  std::string by_hand = {};   ///< why it is not downloaded and how to get it; empty when it is
};

/// All of them, by name.
const std::vector<CatalogueEntry>& catalogue();
/// Case and - or _ do not matter. Null when there is none of that name.
const CatalogueEntry* find_in_catalogue(std::string_view name);

/// The folder for what was fetched: $CANDOR_CACHE, else $XDG_CACHE_HOME/candor, else ~/.cache/candor; "" when none of these is set.
std::string cache_folder();
/// Where an entry lies once it was fetched: `cache_folder()`/data/NAME.
std::string entry_folder(const CatalogueEntry& entry, const std::string& cache);
/// What the name stands for once it was fetched (a table or a folder); "" when it is not there.
std::string fetched_path(const CatalogueEntry& entry, const std::string& cache);

}  // namespace candor::data
