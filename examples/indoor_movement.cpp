// Is somebody about to change rooms? Four radio anchors measure how strong a sensor on the chest is heard while its wearer walks; 314 walks in three
// buildings. A convolution and a GRU read the last five seconds of each. First walks of the same buildings are kept back, then a whole building.
//   indoor_movement [SEEDS]     5 when not given; medians, with the smallest and the largest
// Data: timeseries/IndoorMovement.zip (Bacciu and others, UCI), read in place. Ends with 2 when it is not there.
#include <candor/candid/baselines/run_baselines.h>
#include <candor/candid/interval.h>
#include <candor/candor.h>
#include <candor/data/archive.h>
#include <candor/data/locate.h>
#include <candor/data/table/read_table.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>

using namespace candor;

constexpr std::int64_t steps = 40, anchors = 4;

struct Walks {
  data::Dataset data;
  std::vector<std::int64_t> building;  // 1, 2, 3
};

Walks read_walks(const std::string& path) {
  const std::optional<std::string> found = data::locate(path);
  if (!found) fail(ErrorKind::not_found, path + " is neither here nor below CANDOR_DATA; it is dataset 348 of the UCI repository, \"Indoor User Movement Prediction from RSS data\"");
  std::map<std::int64_t, data::Table> walks;
  std::map<std::int64_t, double> changes, building;
  for (const data::ArchiveFile& file : data::read_archive(*found, [](std::string_view name) { return name.ends_with(".csv"); })) {
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    const data::Table table = data::parse_table({reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()}, {}, name);
    const auto column = [&](std::size_t c, std::size_t row) { return table.columns[c].numbers[row]; };
    if (name.starts_with("MovementAAL_RSS_")) {
      walks[std::atoll(name.c_str() + 16)] = table;
      continue;
    }
    std::map<std::int64_t, double>* into = name == "MovementAAL_target.csv" ? &changes : name == "MovementAAL_DatasetGroup.csv" ? &building : nullptr;
    for (std::size_t row = 0; into && row < static_cast<std::size_t>(table.rows()); ++row) (*into)[static_cast<std::int64_t>(column(0, row))] = column(1, row);
  }
  Walks out;
  std::vector<float> x;
  std::vector<std::int32_t> y;
  for (const auto& [number, walk] : walks) {
    // The last steps; a walk that is shorter begins by standing still.
    for (std::int64_t step = walk.rows() - steps; step < walk.rows(); ++step)
      for (const data::Column& anchor : walk.columns) x.push_back(static_cast<float>(anchor.numbers[static_cast<std::size_t>(std::max<std::int64_t>(step, 0))]));
    y.push_back(changes.at(number) > 0);
    out.building.push_back(static_cast<std::int64_t>(building.at(number)));
  }
  const auto n = static_cast<std::int64_t>(y.size());
  out.data = data::from_arrays(Tensor::from(x, {n, steps, anchors}), Tensor::from(y, {n}), path);
  out.data.class_names = {"stays", "changes rooms"};
  return out;
}

double share_right(const data::Dataset& train, const data::Dataset& test, std::uint64_t seed) {
  set_random_seed(seed);
  constexpr int epochs = 60;
  const Sequential model{GaussianNoise{.05}, Conv1D{32, 5, {.padding = "same", .activation = relu}}, MaxPooling1D{2}, GRU{32}, Dropout{.3}, Dense{2}};
  const double batches = std::ceil(static_cast<double>(train.rows()) / 16) * epochs;
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{CosineDecay{.initial_learning_rate = .004, .decay_steps = batches}}});
  model.fit(train, {.epochs = epochs, .batch_size = 16, .seed = seed, .verbose = 0});
  const std::vector<float> said = model.predict(test.features).to_vector();
  const std::vector<std::int32_t> truth = test.targets.to_vector<std::int32_t>();
  double right = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) right += (said[2 * i + 1] > said[2 * i]) == (truth[i] == 1);
  return right / static_cast<double>(truth.size());
}

void show(const std::string& name, std::vector<double> all, std::int64_t judged) {
  std::sort(all.begin(), all.end());
  const double median = all[all.size() / 2];
  const candid::Interval interval = candid::wilson(std::lround(median * static_cast<double>(judged)), judged);
  std::printf("%-26s %.3f  [%.3f, %.3f]  [%.3f, %.3f]\n", name.c_str(), median, all.front(), all.back(), interval.low, interval.high);
}

int main(int argc, char** argv) try {
  const auto start = std::chrono::steady_clock::now();
  const int seeds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  const Walks walks = read_walks("timeseries/IndoorMovement.zip");

  const auto compare = [&](const char* question, auto split) {
    std::map<std::string, std::vector<double>> rules;
    std::vector<double> network;
    std::int64_t judged = 0;
    for (int seed = 0; seed < seeds; ++seed) {
      const data::Split parts = split(static_cast<std::uint64_t>(seed));
      judged = parts.test.rows();
      for (const candid::BaselineScore& b : candid::run_baselines(parts.train, parts.test, {.only = {"majority", "logistic regression", "5 nearest neighbours", "boosted trees"}})) rules[b.name].push_back(b.value);
      network.push_back(share_right(parts.train, parts.test, static_cast<std::uint64_t>(seed)));
    }
    std::printf("%s: %lld walks are judged\n%-26s right  over %d seeds    95 %% interval\n", question, static_cast<long long>(judged), "", seeds);
    for (const auto& [name, all] : rules) show(name, all, judged);
    show("convolution and GRU", network, judged);
    const auto median = [](std::vector<double> all) { return std::sort(all.begin(), all.end()), all[all.size() / 2]; };
    for (const auto& [name, all] : rules)
      if (median(all) > median(network)) std::printf("%s are better here than the network.\n", name.c_str());
    std::printf("\n");
  };
  compare("Walks of the same buildings", [&](std::uint64_t seed) { return data::split(walks.data, {.test = .25, .seed = seed}); });
  compare("Walks in a building never seen", [&](std::uint64_t) {
    std::vector<std::int64_t> known, strange;
    for (std::size_t i = 0; i < walks.building.size(); ++i) (walks.building[i] == 3 ? strange : known).push_back(static_cast<std::int64_t>(i));
    return data::Split{walks.data.take(known), walks.data.take(strange)};
  });
  std::printf("%.1f s\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
} catch (const Error& e) {
  std::fprintf(stderr, "indoor_movement: %s\n", e.what());
  return e.kind() == ErrorKind::not_found ? 2 : 1;
}
