#include <algorithm>
#include <cmath>

#include "bench/candid/made_sources.h"
#include "bench/candid/parts.h"
#include "candor/base/error.h"
#include "candor/data/generators.h"
#include "candor/data/load.h"
#include "candor/data/locate.h"
#include "candor/data/table/read_table.h"

namespace candor::bench {
namespace {

void add_file(std::vector<Source>& all, const std::string& name, const std::string& path, const std::string& target, const std::vector<std::string>& without = {}) {
  if (!data::locate(path)) return;
  Source source{name};
  source.table = data::read_table(path, {.rows = 20000});
  for (const std::string& column : without) drop(source.table, column);
  source.target = target.empty() ? source.table.columns.back().name : target;
  all.push_back(std::move(source));
}

void add_pictures(std::vector<Source>& all, const std::string& name, const data::Dataset& set) {
  Source source{name};
  Draw draw(11);
  source.pictures = set.take(draw.some(std::min<std::int64_t>(set.rows(), 800), set.rows()));
  all.push_back(std::move(source));
}

/// Customers with words, a date-free table of both kinds, and values that follow from them.
Source made(bool classes) {
  Source source{classes ? "made (classes)" : "made (values)"};
  Draw d(classes ? 5 : 6);
  std::vector<double> age, income, size, distance, y;
  std::vector<std::string> region, kind, label;
  for (int i = 0; i < 3000; ++i) {
    age.push_back(std::floor(d.between(18, 80)));
    income.push_back(std::round(100 * std::exp(10 + .4 * d.normal())) / 100);
    size.push_back(20 + 2 * d.normal());
    distance.push_back(1 + 30 * d.share() * d.share());
    region.push_back(std::vector<std::string>{"north", "south", "east", "west"}[static_cast<std::size_t>(d.below(4))]);
    kind.push_back(d.share() < .6 ? "private" : d.share() < .7 ? "company" : "public body");
    const double value = .06 * age.back() + 1.5 * (size.back() - 20) + (region.back() == "north" ? 3 : 0) + 1.2 * d.normal();
    y.push_back(100 + 8 * value + distance.back());
    label.push_back(value < 2.4 ? "low" : value < 5.2 ? "middle" : "high");
  }
  source.table.source = source.name;
  source.table.columns = {numbers("age", age), numbers("income", income), numbers("size", size), numbers("distance", distance), words("region", region), words("kind", kind)};
  source.table.columns.push_back(classes ? words("demand", label) : numbers("demand", y));
  source.target = "demand";
  return source;
}

}  // namespace

std::vector<Source> sources() {
  std::vector<Source> all = {made(true), made(false)};
  const data::Dataset customers = data::insurance_risk(4000, 3);
  const std::vector<float> x = customers.features.to_vector();
  Source insurance{"insurance_risk"};
  for (std::size_t j = 0; j < 3; ++j) {
    std::vector<double> column;
    for (std::size_t i = j; i < x.size(); i += 3) column.push_back(static_cast<double>(x[i]));
    insurance.table.columns.push_back(numbers(customers.feature_names[j], column));
  }
  std::vector<std::string> group;
  for (const std::int32_t k : customers.targets.to_vector<std::int32_t>()) group.push_back(std::vector<std::string>{"high", "low", "middle"}[static_cast<std::size_t>(k)]);
  insurance.table.columns.push_back(words("group", group));
  insurance.target = "group";
  all.push_back(std::move(insurance));
  for (Source& source : made_sources()) all.push_back(std::move(source));
  add_file(all, "penguins", "tabular/penguins.csv", "species");
  add_file(all, "breast cancer", "tabular/wisc_bc_data.csv", "diagnosis", {"id"});
  add_file(all, "california housing", "tabular/california-housing.csv", "median_house_value");
  add_file(all, "german credit", "tabular/german-credit.csv", "default");
  add_file(all, "medical cost", "tabular/insurance/insurance.csv", "charges");
  add_file(all, "abalone", "tabular/abalone.csv", "");
  add_pictures(all, "digits", data::digits(800, 3));
  for (const char* name : {"mnist", "fashion-mnist", "speed-limit-signs/speed-limit-signs.zip", "cars/car-angles-8x200+40.zip"}) {
    if (!data::locate(name)) continue;
    data::LoadOptions options;
    options.images.choose_size = true;
    add_pictures(all, std::string(name).substr(0, std::string(name).find('/')), data::load(name, options).train);
  }
  return all;
}

}  // namespace candor::bench
