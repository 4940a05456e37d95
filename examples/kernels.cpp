// What a convolution does, with numbers that fit on paper: a kernel laid over a picture at every place, multiplied and summed. Identity, edges,
// sharpening; a detector of one curve; pooling. Every result is exact.
//   kernels
#include <candor/candor.h>

#include <cmath>
#include <cstdio>

using namespace candor;

Tensor picture(const std::vector<float>& values, std::int64_t height, std::int64_t width) { return Tensor::from(values, {1, height, width, 1}); }

/// One kernel over one grey picture; at the border what lies outside is 0, unless only whole places count.
Tensor over(const Tensor& image, const std::vector<float>& kernel, std::int64_t side, bool whole_places = false) {
  const std::int64_t margin = whole_places ? 0 : side / 2;
  return conv(image, Tensor::from(kernel, {side, side, 1, 1}), {.padding = {{margin, margin}, {margin, margin}}});
}

void print(const char* title, const Tensor& image) {
  const std::vector<float> values = image.to_vector();
  const auto width = static_cast<std::size_t>(image.shape(2));
  std::printf("\n%s\n", title);
  for (std::size_t i = 0; i < values.size(); ++i) std::printf("%s%6g%s", i % width == 0 ? "  " : "", values[i], i % width == width - 1 ? "\n" : "");
}

int main() {
  const Tensor house = picture({0, 0, 9, 0, 0, 0, 9, 9, 9, 0, 9, 9, 9, 9, 9, 0, 9, 9, 9, 0, 0, 9, 9, 9, 0}, 5, 5);
  print("A house:", house);
  print("Identity, only the middle counts 1: the same", over(house, {0, 0, 0, 0, 1, 0, 0, 0, 0}, 3));
  print("Edges, the middle 8 times less all neighbours: 0 where everything around is alike", over(house, {-1, -1, -1, -1, 8, -1, -1, -1, -1}, 3));
  print("Vertical edges, right less left", over(house, {-1, 0, 1, -1, 0, 1, -1, 0, 1}, 3));
  print("Sharpen, the middle 5 times less the four beside it", over(house, {0, -1, 0, -1, 5, -1, 0, -1, 0}, 3));

  const Tensor slide = picture({1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0}, 5, 5);
  print("The picture of the textbooks:", slide);
  const Tensor map = over(slide, {1, 0, 1, 0, 1, 0, 1, 0, 1}, 3, true);
  print("under a cross of ones (1 0 1 / 0 1 0 / 1 0 1), 9 whole places:", map);

  // A kernel is what it looks for: 7 x 7 pixels of a curve that bends to the left, 30 where the curve runs.
  std::vector<float> curve(49, 0), back(49, 0), elsewhere(49, 0);
  for (const int at : {12, 18, 24, 31, 38, 45}) curve[static_cast<std::size_t>(at)] = 30;
  for (const int at : {12, 18, 24, 31}) back[static_cast<std::size_t>(at)] = 50;  // a mouse's back follows four of its pixels
  back[38] = 20;
  for (const int at : {0, 1, 2, 7, 14, 21, 28, 35, 42, 48}) elsewhere[static_cast<std::size_t>(at)] = 50;
  const auto match = [&](const std::vector<float>& part) { return over(picture(part, 7, 7), curve, 7, true).item(); };
  std::printf("\nA detector of a curve, on the back of a mouse: 4 x 30 x 50 + 30 x 20 = %g; elsewhere on it: %g\n", match(back), match(elsewhere));

  const Tensor four = picture({1, 3, 2, 1, 4, 6, 5, 0, 7, 2, 1, 1, 0, 8, 3, 4}, 4, 4);
  print("A picture of 4 x 4:", four);
  print("the largest of each 2 x 2:", MaxPooling2D{}(four));
  print("their mean:", AveragePooling2D{}(four));
}
