#include "candor/pipeline/check_sources.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/images.h"
#include "candor/data/locate.h"
#include "candor/pipeline/model_rows.h"

namespace candor::pipeline {
namespace {

namespace fs = std::filesystem;
using candid::PartKind;

struct Source {
  std::string name;
  std::optional<PartKind> kind;  ///< when the name or a flag says it
};

std::string last_part(const std::string& name) {
  std::string path = name;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path.substr(path.find_last_of('/') + 1);
}

std::optional<PartKind> kind_by_name(const std::string& name) {
  std::string stem = lower_case(last_part(name));
  stem = stem.substr(0, stem.find('.'));
  const auto has = [&](const char* word) { return stem.find(word) != std::string::npos; };
  if (has("train")) return PartKind::train;
  if (has("serve") || has("serving")) return PartKind::served;
  if (has("test") || has("valid") || stem == "val" || stem.ends_with("_val") || stem.ends_with("-val") || stem.starts_with("val_") || has("holdout")) return PartKind::test;
  return std::nullopt;
}

bool is_picture_folder(const std::string& path) {
  std::error_code bad;
  if (!fs::is_directory(path, bad)) return false;
  for (fs::directory_iterator at(path, bad), end; !bad && at != end; at.increment(bad))
    if (at->is_regular_file(bad) && data::is_picture_name(at->path().string())) return true;
  return false;
}

/// A folder with train.csv and the like stands for these.
std::vector<std::string> tables_in(const std::string& name) {
  std::vector<std::string> tables;
  const std::optional<std::string> path = data::locate(name);
  std::error_code bad;
  if (!path || !fs::is_directory(*path, bad)) return tables;
  for (fs::directory_iterator at(*path, bad), end; !bad && at != end; at.increment(bad)) {
    const std::string file = at->path().string();
    const std::string ending = lower_case(at->path().extension().string());
    if (at->is_regular_file(bad) && (ending == ".csv" || ending == ".tsv" || ending == ".npz") && kind_by_name(file)) tables.push_back(file);
  }
  std::sort(tables.begin(), tables.end());
  if (std::none_of(tables.begin(), tables.end(), [](const std::string& t) { return kind_by_name(t) == PartKind::train; })) tables.clear();
  return tables;
}

/// A folder with the folders train and test, each with pictures in folders of their classes, stands for these two: read one by one, so that a class that only one of them has is a finding and no error.
std::vector<std::string> picture_parts_in(const std::string& name) {
  const std::optional<std::string> path = data::locate(name);
  std::error_code bad;
  if (!path || !fs::is_directory(*path, bad)) return {};
  std::vector<std::string> parts;
  for (const char* part : {"train", "test"}) {
    const fs::path folder = fs::path(*path) / part;
    if (!fs::is_directory(folder, bad)) return {};
    bool classes = false;
    for (fs::directory_iterator at(folder, bad), end; !bad && at != end && !classes; at.increment(bad)) classes = is_picture_folder(at->path().string());
    if (!classes) return {};
    parts.push_back(folder.string());
  }
  // A third part is for what reads them together.
  for (fs::directory_iterator at(*path, bad), end; !bad && at != end; at.increment(bad))
    if (at->is_directory(bad) && at->path().filename() != "train" && at->path().filename() != "test" && kind_by_name(at->path().string())) return {};
  return parts;
}

std::vector<Source> sources_of(const CheckSources& o) {
  std::vector<Source> all;
  for (const std::string& name : o.names) {
    std::vector<std::string> tables = tables_in(name);
    if (tables.empty() && o.names.size() == 1) tables = picture_parts_in(name);
    if (tables.empty()) all.push_back({name, kind_by_name(name)});
    for (const std::string& table : tables) all.push_back({table, kind_by_name(table)});
  }
  if (!o.train.empty()) all.insert(all.begin(), {o.train, PartKind::train});
  if (!o.test.empty()) all.push_back({o.test, PartKind::test});
  if (!o.serve.empty()) all.push_back({o.serve, PartKind::served});
  if (all.empty()) fail(ErrorKind::invalid_argument, "DATA: a file or folder to look at is expected");
  const auto is_train = [](const Source& s) { return s.kind == PartKind::train; };
  auto first = std::find_if(all.begin(), all.end(), is_train);
  if (first == all.end()) first = std::find_if(all.begin(), all.end(), [](const Source& s) { return !s.kind; });
  if (first == all.end()) first = all.begin();
  first->kind = PartKind::train;
  std::rotate(all.begin(), first, first + 1);
  bool seen = false;
  for (Source& s : all) {
    if (!s.kind || (s.kind == PartKind::train && seen)) s.kind = PartKind::test;
    seen = true;
  }
  return all;
}

/// With targets where the table has them.
PartForModel part_for_model(data::Table table, const formats::ModelFile& file, const data::Recipe& recipe) {
  const std::vector<std::string> targets = recipe.target_names();
  const bool judged = std::all_of(targets.begin(), targets.end(), [&](const std::string& name) { return table.find(name) != nullptr; });
  try {
    const std::int64_t all = table.rows();
    if (judged) {
      PartForModel part{rows_for_model(table, file, true).set};
      if (part.rows.rows() == all) return part;
    }
    return {rows_for_model(std::move(table), file, false).set};  // a row's number is what it is in the file
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::interrupted || e.kind() == ErrorKind::memory) throw;
    return {};  // serve.schema says why
  }
}

candid::Subject read_tables(const CheckSources& o, const std::vector<Source>& sources, std::vector<PartForModel>* for_model) {
  std::vector<candid::NamedTable> tables;
  for (const Source& s : sources) tables.push_back({*s.kind, last_part(s.name), data::read_table(s.name, o.table)});
  if (o.model.empty()) return candid::table_subject(std::move(tables), o.schema);
  const formats::ModelFile file = formats::read_model_file(o.model);
  const std::optional<data::Recipe> recipe = recipe_of(file);
  if (!recipe) fail(ErrorKind::invalid_argument, o.model + ": this model learned from no table, and " + sources.front().name + " is one");
  // Columns mean what they meant when the model learned.
  std::vector<data::Table> copies;
  for (const candid::NamedTable& t : tables) copies.push_back(t.table);
  candid::Subject subject = candid::table_subject(std::move(tables), recipe->schema());
  subject.model_classes = file.class_names;
  for (std::size_t part = 0; part < copies.size(); ++part) {
    std::vector<std::int32_t> said;
    try {
      if (!file.class_names.empty() && subject.parts[part].rows == copies[part].rows()) {
        const ModelRows rows = rows_for_model(copies[part], file, false);
        const Tensor p = answers(file, rows.set);
        const std::vector<float> values = p.to_vector();
        const auto width = static_cast<std::size_t>(p.rank() == 2 ? p.shape(1) : 1);
        for (std::size_t i = 0; width > 1 && i < static_cast<std::size_t>(p.shape(0)); ++i) {
          const auto row = values.begin() + static_cast<std::ptrdiff_t>(i * width);
          said.push_back(static_cast<std::int32_t>(std::max_element(row, row + static_cast<std::ptrdiff_t>(width)) - row));
        }
      }
    } catch (const Error& e) {
      // Rows that the model cannot answer for are what serve.schema speaks of.
      if (e.kind() == ErrorKind::interrupted || e.kind() == ErrorKind::memory) throw;
      said.clear();
    }
    subject.model_answers.push_back(std::move(said));
    if (for_model) for_model->push_back(part_for_model(std::move(copies[part]), file, *recipe));
  }
  return subject;
}

/// Folders of loose pictures, given side by side, are classes.
bool are_classes(const std::vector<Source>& sources) {
  return sources.size() >= 2 && std::all_of(sources.begin(), sources.end(), [](const Source& s) {
    const std::optional<std::string> path = data::locate(s.name);
    return path && is_picture_folder(*path) && !data::is_image_folder(*path);
  });
}

candid::Subject read_classes(const CheckSources& o, const std::vector<Source>& sources) {
  data::ImageList list;
  for (const Source& s : sources) {
    const auto label = static_cast<std::int32_t>(list.class_names.size());
    list.class_names.push_back(last_part(s.name));
    const data::ImageList loose = data::list_loose_images(*data::locate(s.name), o.load.images);
    for (const auto& [path, none] : loose.files) list.files.emplace_back(path, label);
  }
  list.folder = sources.front().name;
  return candid::set_subject({{PartKind::train, "the folders", data::read_images(list, o.load.images)}});
}

candid::Subject read_sets(const CheckSources& o, const std::vector<Source>& sources, std::vector<PartForModel>* for_model) {
  if (are_classes(sources)) return read_classes(o, sources);
  std::vector<candid::NamedSet> sets;
  data::LoadOptions load = o.load;
  std::optional<formats::ModelFile> file;
  if (!o.model.empty()) {
    // Pictures as the model takes them.
    file = formats::read_model_file(o.model);
    if (load.images.height == 0 && load.images.width == 0) load.images.height = file->preprocessing.get("height", 0), load.images.width = file->preprocessing.get("width", 0);
    if (load.images.channels == 0) load.images.channels = static_cast<int>(file->preprocessing.get("channels", 0));
    if (load.images.height > 0) load.images.fit = data::fit_from_string(file->preprocessing.get("fit", std::string("stretch")));
  }
  for (const Source& s : sources) {
    data::Loaded loaded = data::load(s.name, load);
    const std::string name = last_part(s.name);
    if (sets.empty() && loaded.kind == data::SourceKind::images) {
      load.images.height = loaded.train.row_shape()[0], load.images.width = loaded.train.row_shape()[1];
      load.images.channels = static_cast<int>(loaded.train.row_shape()[2]);
    }
    if (loaded.has_test()) {
      sets.push_back({*s.kind, name + " (training part)", std::move(loaded.train)});
      sets.push_back({PartKind::test, name + " (test part)", std::move(loaded.test)});
    } else {
      sets.push_back({*s.kind, name, std::move(loaded.train)});
    }
  }
  if (file && for_model) {
    const Shape row = file->model.input_types().front().shape;
    for (const candid::NamedSet& s : sets) {
      PartForModel& part = for_model->emplace_back();
      if (s.set.row_shape() == row) part.rows = s.set;
      if (s.set.is_classification() && s.set.class_names != file->class_names) part.rows.targets = Tensor();
    }
  }
  candid::Subject subject = candid::set_subject(std::move(sets));
  if (file) subject.model_classes = file->class_names;
  return subject;
}

}  // namespace

candid::Subject read_subject(const CheckSources& o, std::vector<PartForModel>* for_model) {
  const std::vector<Source> sources = sources_of(o);
  if (are_classes(sources)) return read_classes(o, sources);
  bool tables = false, sets = false;
  for (const Source& s : sources) (data::kind_of(s.name) == data::SourceKind::csv ? tables : sets) = true;
  if (tables && sets) fail(ErrorKind::invalid_argument, sources.front().name + " and " + sources.back().name + ": a table and something else cannot be compared; give parts of one kind");
  return tables ? read_tables(o, sources, for_model) : read_sets(o, sources, for_model);
}

}  // namespace candor::pipeline
