// Little clusters of atoms with the energy and the forces that a pair potential gives them.
#include <array>
#include <cmath>

#include "candor/data/draws.h"
#include "candor/data/generators.h"

namespace candor::data {
namespace {

constexpr int atoms = 5;
using Position = std::array<double, 3>;

struct Pair {
  double energy, slope;  // dE/dr
};

/// Atoms in a ball, none nearer to another than `nearest`; their centre is the origin.
std::array<Position, atoms> scatter(double nearest, detail::Draws& draws) {
  std::array<Position, atoms> at{};
  for (int i = 0; i < atoms;) {
    Position p{};
    double square = 0;
    for (double& x : p) x = draws.uniform(-1.5f, 1.5f), square += x * x;
    bool fits = square <= 1.5 * 1.5;
    for (int j = 0; j < i && fits; ++j) {
      double distance = 0;
      for (std::size_t k = 0; k < 3; ++k) distance += std::pow(p[k] - at[static_cast<std::size_t>(j)][k], 2);
      fits = distance >= nearest * nearest;
    }
    if (fits) at[static_cast<std::size_t>(i++)] = p;
  }
  for (std::size_t k = 0; k < 3; ++k) {
    double mean = 0;
    for (const Position& p : at) mean += p[k] / atoms;
    for (Position& p : at) p[k] -= mean;
  }
  return at;
}

template <class Potential>
Dataset clusters(const std::string& name, std::int64_t rows, std::uint64_t seed, double nearest, Potential&& potential) {
  std::vector<std::string> targets{"energy"};
  for (int i = 1; i <= atoms; ++i)
    for (const char axis : {'x', 'y', 'z'}) targets.push_back(std::string("force_") + axis + std::to_string(i));
  constexpr std::int64_t outputs = 1 + 3 * atoms;
  Dataset set = detail::blank(name, rows, seed, {atoms, 3}, DType::f32, std::move(targets));
  auto *x = set.features.mutable_data<float>(), *y = set.targets.mutable_data<float>();
  detail::for_rows(rows, {seed, 0x61746F6D73}, [&](std::int64_t row, detail::Draws& draws) {
    const auto at = scatter(nearest, draws);
    double energy = 0;
    std::array<Position, atoms> force{};
    for (std::size_t i = 0; i < atoms; ++i)
      for (std::size_t j = 0; j < i; ++j) {
        Position away{};
        double square = 0;
        for (std::size_t k = 0; k < 3; ++k) away[k] = at[i][k] - at[j][k], square += away[k] * away[k];
        const double r = std::sqrt(square);
        const Pair pair = potential(r);
        energy += pair.energy;
        for (std::size_t k = 0; k < 3; ++k) force[i][k] -= pair.slope * away[k] / r, force[j][k] += pair.slope * away[k] / r;
      }
    y[outputs * row] = static_cast<float>(energy);
    for (std::size_t i = 0; i < atoms; ++i)
      for (std::size_t k = 0; k < 3; ++k) {
        const auto place = static_cast<std::int64_t>(3 * i + k);
        x[3 * atoms * row + place] = static_cast<float>(at[i][k]);
        y[outputs * row + 1 + place] = static_cast<float>(force[i][k]);
      }
  });
  return set;
}

}  // namespace

Dataset lennard_jones(std::int64_t rows, std::uint64_t seed) {
  return clusters("lennard_jones", rows, seed, 0.95, [](double r) {
    const double six = std::pow(r, -6);
    return Pair{4 * six * (six - 1), -24 * six * (2 * six - 1) / r};
  });
}

Dataset morse(std::int64_t rows, std::uint64_t seed) {
  return clusters("morse", rows, seed, 0.7, [](double r) {
    const double e = std::exp(-3 * (r - 1));
    return Pair{e * e - 2 * e, -6 * e * (e - 1)};
  });
}

}  // namespace candor::data
