#include "candor/data/contact_sheet.h"

#include <algorithm>

#include "candor/base/error.h"

namespace candor::data {

Image contact_sheet(const std::vector<std::vector<Image>>& rows, const SheetOptions& o) {
  std::size_t columns = 0;
  const Image* first = nullptr;
  for (const auto& row : rows) {
    columns = std::max(columns, row.size());
    for (const Image& image : row) {
      if (!first) first = &image;
      if (image.height != first->height || image.width != first->width)
        fail(ErrorKind::shape, "contact sheet: pictures of " + to_string(ImageSize{first->height, first->width, first->channels}) + " and of " + to_string(ImageSize{image.height, image.width, image.channels}));
    }
  }
  if (!first) fail(ErrorKind::invalid_argument, "contact sheet: there are no pictures");
  const std::int64_t longest = std::max(first->height, first->width), times = std::max<std::int64_t>(1, o.least_side / longest);
  const std::int64_t height = first->height * times, width = first->width * times, count = static_cast<std::int64_t>(columns);
  const auto left = [&](std::int64_t column) { return o.gap + column * (width + o.gap) + (column > 0 ? o.first_gap - o.gap : 0); };
  const std::int64_t sheet_width = left(count - 1) + width + o.gap, sheet_height = o.gap + static_cast<std::int64_t>(rows.size()) * (height + o.gap);
  detail::check_image_size(sheet_height, sheet_width, "contact sheet");
  Image sheet{sheet_height, sheet_width, 3, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * sheet_height * sheet_width), 235)};
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const Image image = with_channels(resized(rows[r][c], height, width, {.method = Resampling::nearest}), 3);
      const std::int64_t top = o.gap + static_cast<std::int64_t>(r) * (height + o.gap), from = left(static_cast<std::int64_t>(c));
      for (std::int64_t y = 0; y < height; ++y)
        std::copy_n(image.pixels.begin() + 3 * y * width, 3 * width, sheet.pixels.begin() + 3 * ((top + y) * sheet_width + from));
    }
  return sheet;
}

}  // namespace candor::data
