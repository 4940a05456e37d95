// MNIST-like folders: which file is what.
#include <array>
#include <filesystem>
#include <optional>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/data/idx.h"
#include "candor/data/locate.h"

namespace candor::data {
namespace {

namespace fs = std::filesystem;

/// "train-images-idx3-ubyte.gz" and its like: the part ("train", "t10k", "test"), then "images" or "labels", then "idx".
std::optional<std::string> find_file(const std::string& folder, std::span<const std::string_view> parts, std::string_view what) {
  std::optional<std::string> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.is_directory(ignored)) continue;
    const std::string name = lower_case(entry.path().filename().string());
    for (std::string_view part : parts)
      if (name.starts_with(part) && name.find(what) != std::string::npos && name.find("idx") != std::string::npos) {
        // Of a plain and a packed copy the plain one (the shorter name) is read.
        if (!found || entry.path().string().size() < found->size()) found = entry.path().string();
      }
  }
  return found;
}

constexpr std::array<std::string_view, 1> train_names{"train"};
constexpr std::array<std::string_view, 2> test_names{"t10k", "test"};

struct Pair {
  std::optional<std::string> images, labels;
};
Pair find_pair(const std::string& folder, std::span<const std::string_view> parts) {
  return {find_file(folder, parts, "images"), find_file(folder, parts, "labels")};
}

void check_complete(const Pair& pair, const std::string& folder, const std::string& part, const std::string& help) {
  for (const auto& [path, name] : {std::pair(pair.images, "-images-idx3-ubyte"), std::pair(pair.labels, "-labels-idx1-ubyte")})
    if (!path) fail(ErrorKind::not_found, folder + ": there is no " + part + name + " (nor " + part + name + ".gz) in this folder" + help);
}

const std::vector<std::string> fashion_names{"T-shirt/top", "trouser", "pullover", "dress", "coat",
                                             "sandal",      "shirt",   "sneaker",  "bag",   "ankle boot"};

/// The lines of classes.txt beside the IDX files, when there is such a file.
std::vector<std::string> names_in(const std::string& folder) {
  const std::string path = folder + "/classes.txt";
  std::vector<std::string> names;
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return names;
  const MappedFile file(path, 1 << 20);
  for (const std::string_view line : split_text(file.text(), '\n'))
    if (!trimmed(line).empty()) names.emplace_back(trimmed(line));
  return names;
}

Split read_folder(const std::string& folder, const std::string& help) {
  const Pair train = find_pair(folder, train_names), test = find_pair(folder, test_names);
  check_complete(train, folder, "train", help);
  const bool has_test = test.images || test.labels;
  if (has_test) check_complete(test, folder, "t10k", help);
  Split parts;
  std::array<std::optional<Error>, 2> errors;
  parallel_for(has_test ? 2 : 1, [&](std::int64_t i) {
    const Pair& pair = i == 0 ? train : test;
    try {
      (i == 0 ? parts.train : parts.test) = read_idx_pair(*pair.images, *pair.labels);
    } catch (const Error& error) {
      errors[static_cast<std::size_t>(i)] = error;
    } catch (const std::exception& error) {
      errors[static_cast<std::size_t>(i)] = Error(ErrorKind::io, *pair.images + ": " + error.what());
    }
  });
  for (const auto& error : errors)
    if (error) throw *error;
  for (Dataset* part : {&parts.train, &parts.test}) {
    part->source = folder;
    if (const auto names = names_in(folder); names.size() == part->class_names.size()) part->class_names = names;
    if (part->class_names.size() == 10 && lower_case(folder).find("fashion") != std::string::npos) part->class_names = fashion_names;
  }
  if (has_test) {
    if (parts.train.row_shape() != parts.test.row_shape())
      fail(ErrorKind::shape, folder + ": train images are " + to_string(parts.train.row_shape()) + ", test images " + to_string(parts.test.row_shape()));
    // A class that only one part has must still have the same number in both.
    auto& longer = parts.train.class_names.size() > parts.test.class_names.size() ? parts.train.class_names : parts.test.class_names;
    parts.train.class_names = parts.test.class_names = std::vector<std::string>(longer);
  }
  return parts;
}

}  // namespace

bool is_idx_folder(const std::string& folder) {
  const Pair train = find_pair(folder, train_names), test = find_pair(folder, test_names);
  return train.images || train.labels || test.images || test.labels;
}

Split read_idx_folder(const std::string& folder) { return read_folder(folder, ""); }

Split mnist(const std::string& folder) {
  const std::string help =
      "\n  MNIST is four files, train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and"
      " t10k-labels-idx1-ubyte.gz.\n  `candor data get mnist` does all of this. Fetch them from https://storage.googleapis.com/cvdf-datasets/mnist/ into a folder mnist/ and set"
      " CANDOR_DATA to the folder above it.\n  Without any files there is data::digits(), and `candor train digits`.";
  const std::string path = folder.empty() ? locate("mnist").value_or("") : folder;
  std::error_code ignored;
  if (path.empty() || !fs::is_directory(path, ignored))
    fail(ErrorKind::not_found, "mnist: " + (folder.empty() ? "no folder mnist; looked for " + places_text("mnist")
                                                           : "there is no folder " + folder) + help);
  return read_folder(path, help);
}

}  // namespace candor::data
