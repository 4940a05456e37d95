#include "candor/data/generators.h"

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor::data {
namespace {

struct Generator {
  GeneratorInfo info;
  Dataset (*make)(std::int64_t, std::uint64_t);
};

const std::vector<Generator>& table() {
  static const std::vector<Generator> all{
      {{"checkerboard", "fields of 4 by 4, 2 classes", 1000}, checkerboard},
      {{"circles", "a circle in a circle, 2 classes", 500}, circles},
      {{"clouds", "two Gaussians that overlap; .921 is the best possible accuracy", 200}, clouds},
      {{"coloured_digits", "digits in red on black and blue on white, 28x28", 4000}, coloured_digits},
      {{"counting", "10, 20, 30: what comes next?", 6}, counting},
      {{"digits", "handwritten-looking digits, 28x28, 10 classes", 12000}, digits},
      {{"edges", "pictures of 16x16 with no edge, one across, one down, a corner", 2000}, edges},
      {{"exclusive_or", "four corners; true where one coordinate is 1", 200}, exclusive_or},
      {{"gaussian_grid", "25 small Gaussians on a grid", 10000}, gaussian_grid},
      {{"gaussian_ring", "8 small Gaussians on a circle", 8000}, gaussian_ring},
      {{"hidden_markov", "ice creams eaten day by day; was it hot?", 1000}, hidden_markov},
      {{"insurance_risk", "customers of a car insurance, 3 classes; .811 is the best possible accuracy", 1500}, insurance_risk},
      {{"lennard_jones", "clusters of 5 atoms: energy and forces", 5000}, lennard_jones},
      {{"line", "50 points around a line, as NumPy draws them with the seed", 50}, line},
      {{"moons", "two half-moons, 2 classes", 200}, moons},
      {{"morse", "clusters of 5 atoms in a softer potential", 5000}, morse},
      {{"noisy_sine", "10 (sin 10x + noise) for x in 0..1", 100}, noisy_sine},
      {{"premiums", "700 columns of customers; prices and quotes of 55 insurers", 8000}, premiums},
      {{"rings", "four thin rings, 4 classes", 4000}, rings},
      {{"sine", "sin x without noise", 1000}, sine},
      {{"sort_of_clevr", "questions about pictures of six coloured things", 5000}, sort_of_clevr},
      {{"spirals", "two arms, 2 classes", 500}, spirals},
      {{"theatre", "visitors of a theatre that is sold out ever more often", 360}, theatre},
  };
  return all;
}

/// Names may be written with - or _, in any case.
const Generator* find(const std::string& name) {
  std::string plain = lower_case(name);
  for (char& c : plain)
    if (c == '-') c = '_';
  for (const Generator& generator : table())
    if (generator.info.name == plain) return &generator;
  return nullptr;
}

}  // namespace

const std::vector<GeneratorInfo>& generators() {
  static const std::vector<GeneratorInfo> all = [] {
    std::vector<GeneratorInfo> list;
    for (const Generator& generator : table()) list.push_back(generator.info);
    return list;
  }();
  return all;
}

const std::vector<std::string>& generator_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Generator& generator : table()) list.push_back(generator.info.name);
    return list;
  }();
  return names;
}

bool is_generator(const std::string& name) { return find(name) != nullptr; }

Dataset generate(const std::string& name, std::int64_t rows, std::uint64_t seed) {
  if (const Generator* generator = find(name)) return generator->make(rows == 0 ? generator->info.rows : rows, seed);
  fail(ErrorKind::not_found, "generate: no generator is named " + quoted(name) + "; there are " + name_list(generator_names(), 40) +
                                 did_you_mean(name, generator_names()));
}

}  // namespace candor::data
