// data.leak for pictures: a property that has nothing to do with what is shown tells the class.
#include <cmath>

#include "candor/base/text.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/data/quick_model.h"

namespace candor::candid::detail {
namespace {

constexpr std::int64_t most_pictures = 1000;

/// Pictures of three channels that agree everywhere: grey ones that were stored, or read, in colour.
template <typename T>
bool is_grey(const T* p, std::int64_t pixels, std::int64_t channels, double tolerance) {
  for (std::int64_t i = 0; i < pixels; ++i, p += channels)
    if (std::abs(static_cast<double>(p[0]) - static_cast<double>(p[1])) > tolerance || std::abs(static_cast<double>(p[1]) - static_cast<double>(p[2])) > tolerance) return false;
  return true;
}

}  // namespace

std::vector<Finding> picture_leak(const Subject& s) {
  constexpr std::int64_t least = 10;  // of a class
  const Tensor& pictures = s.parts[0].set.features;
  if (!s.is_classification() || !s.has_labels(0)) skip("needs classes");
  if (pictures.rank() != 4 || pictures.shape(3) < 3) skip("needs pictures in colour");
  const std::int64_t pixels = pictures.shape(1) * pictures.shape(2), channels = pictures.shape(3);
  const std::size_t classes = s.class_names.size();
  std::vector<std::int64_t> grey(classes, 0), all(classes, 0);
  for (const std::int64_t row : labelled_rows(s, 0, most_pictures)) {
    const Tensor one = pictures.view_slice(0, row, row + 1);
    const Tensor dense = one.dtype() == DType::u8 ? one.contiguous() : one.to(DType::f32).contiguous();
    const auto label = static_cast<std::size_t>(s.labels[0][static_cast<std::size_t>(row)]);
    ++all[label];
    // Saving as JPEG leaves a little colour; floating-point pixels may lie in 0..1 or in 0..255.
    grey[label] += dense.dtype() == DType::u8 ? is_grey(dense.data<std::uint8_t>(), pixels, channels, 3) : is_grey(dense.data<float>(), pixels, channels, .01);
  }
  std::vector<std::string> without_colour;
  std::int64_t grey_there = 0, rows_there = 0, grey_elsewhere = 0, rows_elsewhere = 0;
  for (std::size_t k = 0; k < classes; ++k) {
    if (all[k] == 0) continue;
    const bool here = grey[k] * 10 >= all[k] * 9 && all[k] >= least;
    if (here) without_colour.push_back(candor::quoted(s.class_names[k]));
    (here ? grey_there : grey_elsewhere) += grey[k];
    (here ? rows_there : rows_elsewhere) += all[k];
  }
  if (without_colour.empty() || rows_elsewhere < least || grey_elsewhere * 10 > rows_elsewhere) return {};
  return {{"data.leak", Severity::warning,
           "pictures of " + name_list(without_colour) + " are grey (" + with_thousands(grey_there) + " of " + with_thousands(rows_there) + "), those of the other classes in colour (" + with_thousands(rows_elsewhere - grey_elsewhere) + " of " + with_thousands(rows_elsewhere) +
               "): a model learns to look for colour instead of what is shown, and is wrong on pictures from elsewhere; take pictures of one kind, or make all grey (--channels 1)",
           name_list(without_colour), {{"share of grey pictures in these classes", static_cast<double>(grey_there) / static_cast<double>(rows_there)}, {"share in the others", static_cast<double>(grey_elsewhere) / static_cast<double>(rows_elsewhere)}}}};
}

}  // namespace candor::candid::detail
