// Data that needs no file. Rows depend on the seed alone, not on the number of threads. docs/generators.md shows each with a picture of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/data/dataset.h"

namespace candor::data {

/// Customers of a car insurance: columns speed, age, miles (whole numbers, f32); classes of `group`: 0 high risk, 1 low, 2 middle.
/// Nine Gaussians of equal share, rounded, then clipped to speed 60-200, age 16-100, miles 1-500. The best possible accuracy is .811.
Dataset insurance_risk(std::int64_t rows = 1500, std::uint64_t seed = 0);

/// Handwritten-looking digits: u8 [n, 28, 28, 1], white ink on black, drawn from strokes with random shape variants, slant, affine
/// and elastic distortion and pen width; classes 0 to 9 in equal shares. Image i depends on (seed, i) alone.
Dataset digits(std::int64_t images = 12000, std::uint64_t seed = 0);

// Curves. Features [n, 1] (column x), targets [n].

/// x = sort(U(0, 1)), y = -x + 1 + N(0, .1), drawn as NumPy's RandomState(seed) does (the lower 32 bits of the seed): with 42 the series of
/// many a tutorial, whose best line has a mean squared error of .00825 and an R2 of .905.
Dataset line(std::int64_t rows = 50, std::uint64_t seed = 42);
/// x as above, y = 10 (sin 10x + N(0, .1)): what no line fits, and what nobody knows beyond 0..1.
Dataset noisy_sine(std::int64_t rows = 100, std::uint64_t seed = 42);
/// x uniform in -2 pi .. 2 pi, y = sin x without noise.
Dataset sine(std::int64_t rows = 1000, std::uint64_t seed = 0);

// Sequences.

/// Row i: 10 (i + 1), 10 (i + 2), 10 (i + 3) as [n, 3, 1]; the target is the number that follows. Nothing is random.
Dataset counting(std::int64_t rows = 6, std::uint64_t seed = 0);
/// Days in order: ice creams eaten (1 to 3), classes cold and hot that stay with probability .8 (Eisner 2002).
Dataset hidden_markov(std::int64_t rows = 1000, std::uint64_t seed = 0);

// Classes of points in the plane: features [n, 2] (columns x, y), classes in turns.

/// Two Gaussians of deviation 1 around (-1, -1) and (1, 1); no classifier beats .921.
Dataset clouds(std::int64_t rows = 200, std::uint64_t seed = 0);
/// Two interleaved half-moons, noise .2.
Dataset moons(std::int64_t rows = 200, std::uint64_t seed = 0);
/// A circle of radius .5 in one of radius 1, noise .1.
Dataset circles(std::int64_t rows = 500, std::uint64_t seed = 0);
/// Four thin rings of radius .5 to 2.
Dataset rings(std::int64_t rows = 4000, std::uint64_t seed = 0);
/// Two arms of one and three quarters turns.
Dataset spirals(std::int64_t rows = 500, std::uint64_t seed = 0);
/// Fields of 4 by 4 over -2..2, each evenly filled.
Dataset checkerboard(std::int64_t rows = 1000, std::uint64_t seed = 0);
/// The four corners of a square; `true` where exactly one coordinate is 1.
Dataset exclusive_or(std::int64_t rows = 200, std::uint64_t seed = 0);
/// Eight small Gaussians on a circle of radius 2, and twenty-five on a grid: what generative models forget parts of.
Dataset gaussian_ring(std::int64_t rows = 8000, std::uint64_t seed = 0);
Dataset gaussian_grid(std::int64_t rows = 10000, std::uint64_t seed = 0);

// Tables.

/// 700 columns of customers (20 measured, then region, model and job, one of each marked by 1), 110 targets: the prices that 55 insurers
/// ask (price_01 ..., 0 where there is none) and whether they quote one (quote_01 ..., 0 or 1). A price counts only where the quote is 1.
Dataset premiums(std::int64_t rows = 8000, std::uint64_t seed = 0);
/// Evenings of a theatre (columns week, weekend, advertised, rain): visitors, never more than the 300 seats. Demand grows all the time.
Dataset theatre(std::int64_t rows = 360, std::uint64_t seed = 0);
inline constexpr int theatre_seats = 300;
/// How many would come on average if there were seats for all; an evening differs from it by N(0, 25).
float theatre_demand(float week, bool weekend, bool advertised, bool rain);

// Pictures.

/// u8 [n, 16, 16, 1]: nothing, a horizontal edge, a vertical edge, a corner. Two small kernels tell them apart.
Dataset edges(std::int64_t pictures = 2000, std::uint64_t seed = 0);
/// digits() in two colours, u8 [n, 28, 28, 3]: red on black and blue on white. What unpaired translation is tried on.
Dataset coloured_digits(std::int64_t pictures = 4000, std::uint64_t seed = 0);
/// Questions about scenes of six things (Santoro et al. 2017): u8 [n, 75 * 75 * 3 + 11], pixels and then the question: which colour (6), not
/// relational or relational (2), which of three questions (3), each marked by 255. Twenty questions a scene, every second one relational.
/// Not relational: shape, on the left?, on top?. Relational: shape of the nearest, shape of the farthest, how many have its shape.
Dataset sort_of_clevr(std::int64_t rows = 5000, std::uint64_t seed = 0);
inline constexpr std::int64_t sort_of_clevr_question = 11;

// Molecules.

/// Clusters of five atoms, positions [n, 5, 3] around their centre; targets energy, then force_x1, force_y1, force_z1, force_x2 ... of the
/// Lennard-Jones potential 4 (r^-12 - r^-6), or of Morse's (1 - exp(-3 (r - 1)))^2 - 1, in units of their depth.
Dataset lennard_jones(std::int64_t rows = 5000, std::uint64_t seed = 0);
Dataset morse(std::int64_t rows = 5000, std::uint64_t seed = 0);

/// One generator, for people.
struct GeneratorInfo {
  std::string name, what;
  std::int64_t rows = 0;  ///< by default
};
/// All of them, by name.
const std::vector<GeneratorInfo>& generators();
/// Names that generate() knows, sorted.
const std::vector<std::string>& generator_names();
bool is_generator(const std::string& name);
/// The generator of that name; rows 0 means its default. Throws Error (not_found) with a suggestion for an unknown name,
/// Error (invalid_argument) for fewer than one row.
Dataset generate(const std::string& name, std::int64_t rows = 0, std::uint64_t seed = 0);

}  // namespace candor::data
