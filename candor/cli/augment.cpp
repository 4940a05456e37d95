#include <algorithm>
#include <cstdio>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/cli/augment_options.h"
#include "candor/cli/data_options.h"
#include "candor/cli/fitting.h"
#include "candor/cli/command.h"
#include "candor/data/contact_sheet.h"
#include "candor/data/encode_png.h"
#include "candor/tensor/random.h"

namespace candor::cli {
namespace {

struct SheetFlags {
  DataOptions data;
  AugmentFlags flags{.steps = "usual", .swap_labels = {}};
  std::string show = "augmented.png";
  std::int64_t pictures = 6, views = 6;
};

data::Image picture_of(const data::Dataset& set, std::int64_t row) {
  const Shape shape = set.row_shape();
  const Tensor one = set.slice(row, row + 1).features.contiguous();
  data::Image image{shape[0], shape[1], static_cast<int>(shape[2]), {}};
  if (one.dtype() == DType::u8) {
    image.pixels = one.to_vector<std::uint8_t>();
  } else {
    for (const float v : one.to_vector()) image.pixels.push_back(static_cast<std::uint8_t>(std::clamp(255 * v + 0.5f, 0.f, 255.f)));
  }
  return image;
}

/// Some pictures of each class in turn, drawn by the seed.
std::vector<std::int64_t> chosen_rows(const data::Dataset& set, std::int64_t wanted, std::uint64_t seed) {
  const Permutation order(static_cast<std::uint64_t>(set.rows()), RandomStream{seed, 0x73686565});
  std::vector<std::vector<std::int64_t>> by_class(std::max<std::size_t>(1, set.class_names.size()));
  const std::vector<std::int32_t> labels = set.is_classification() ? set.targets.to_vector<std::int32_t>() : std::vector<std::int32_t>(static_cast<std::size_t>(set.rows()), 0);
  for (std::uint64_t i = 0; i < order.size(); ++i) by_class[static_cast<std::size_t>(labels[order.at(i)])].push_back(static_cast<std::int64_t>(order.at(i)));
  std::vector<std::int64_t> rows;
  for (std::size_t round = 0; static_cast<std::int64_t>(rows.size()) < std::min(wanted, set.rows()); ++round)
    for (const auto& of_class : by_class)
      if (round < of_class.size() && static_cast<std::int64_t>(rows.size()) < wanted) rows.push_back(of_class[round]);
  return rows;
}

int augment(const SheetFlags& o, const Common& common) {
  const data::Loaded loaded = data::load(o.data.data, load_options(o.data, common.seed));
  const data::Dataset& set = loaded.train;
  if (set.features.rank() != 4) fail(ErrorKind::invalid_argument, o.data.data + ": rows of shape " + to_string(set.row_shape()) + " are no pictures");
  std::vector<std::string> said;
  const data::Augmentation augmentation = pipeline::augmentation_for(set, augment_options(o.flags), "cnn", said);
  const std::vector<std::int64_t> rows = chosen_rows(set, o.pictures, common.seed);
  const data::Dataset some = set.take(rows);
  std::vector<std::vector<data::Image>> sheet(rows.size());
  std::vector<std::vector<std::int32_t>> labels(rows.size());
  data::Dataset mixable = some;
  if (augmentation.mixes_labels()) mixable = pipeline::with_shares(some);
  for (std::int64_t view = -1; view < o.views; ++view) {
    const data::Dataset seen = view < 0 || augmentation.empty() ? some : augmentation.apply(mixable, common.seed, static_cast<std::uint64_t>(view));
    for (std::size_t r = 0; r < rows.size(); ++r) sheet[r].push_back(picture_of(seen, static_cast<std::int64_t>(r)));
    if (seen.targets.defined() && seen.targets.rank() == 1 && some.is_classification()) {
      const auto now = seen.targets.to_vector<std::int32_t>();
      for (std::size_t r = 0; r < rows.size(); ++r) labels[r].push_back(now[r]);
    }
  }
  write_atomically(o.show, data::encode_png(data::contact_sheet(sheet)));
  Json pictures = Json::array();
  for (std::size_t r = 0; r < rows.size(); ++r) {
    Json names = Json::array();
    for (const std::int32_t label : labels[r]) names.push_back(some.class_names[static_cast<std::size_t>(label)]);
    pictures.push_back({{"row", rows[r]}, {"picture", some.row_names.empty() ? Json(nullptr) : Json(some.row_names[r])}, {"classes", names}});
  }
  if (common.json) {
    print_json({{"sheet", o.show}, {"steps", augmentation.description()}, {"notes", said}, {"pictures", pictures}});
    return 0;
  }
  for (const std::string& note : set.notes) std::printf("%s\n", note.c_str());
  for (const std::string& line : said) std::printf("%s\n", line.c_str());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line = some.row_names.empty() ? "row " + with_thousands(rows[r]) : some.row_names[r];
    if (!labels[r].empty()) line += ":  " + some.class_names[static_cast<std::size_t>(labels[r][0])];
    bool changes = false;
    std::string now;
    for (std::size_t v = 1; v < labels[r].size(); ++v) {
      changes |= labels[r][v] != labels[r][0];
      now += (v > 1 ? ", " : "") + some.class_names[static_cast<std::size_t>(labels[r][v])];
    }
    std::printf("%s%s\n", line.c_str(), changes ? (" becomes " + now).c_str() : "");
  }
  std::printf("the first column shows them as they are; drawn in %s\n", o.show.c_str());
  return 0;
}

}  // namespace

void add_augment(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<SheetFlags>();
  CLI::App* command = add_command(app, common, "augment", "pictures before and after augmentation, on one sheet", "candor augment pets --augment flip,rotate:10,colour --show sheet.png");
  add_data_options(*command, o->data, true);
  add_augment_options(*command, o->flags);
  command->add_option("--show", o->show, "the PNG that is drawn (default augmented.png)")->expected(0, 1);
  command->add_option("--pictures", o->pictures, "rows of the sheet (default 6)")->check(CLI::Range(std::int64_t{1}, std::int64_t{100}));
  command->add_option("--views", o->views, "changed pictures beside each (default 6)")->check(CLI::Range(std::int64_t{1}, std::int64_t{30}));
  for (const char* name : {"--task", "--query", "--missing", "--role", "--schema", "--split", "--order", "--group", "--ignore", "--separator", "--decimal", "--encoding", "--keep-units", "--no-quotes", "--no-header"})
    command->remove_option(command->get_option(name));  // of tables that are learned from; nothing here
  command->callback([o, command, &common, &run] {
    run = [o, command, &common] {
      refuse_unfit(*command, o->data.data);
      if (data::kind_of(o->data.data) == data::SourceKind::csv) fail(ErrorKind::invalid_argument, o->data.data + ": a table, and pictures are augmented; a table of pictures has a column of their paths");
      if (o->show.empty()) o->show = "augmented.png";
      return augment(*o, common);
    };
  });
}

}  // namespace candor::cli
