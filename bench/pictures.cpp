// How many pictures a second are decoded and brought to a size: candor_pictures FOLDER [SIDE]. bench/peers/pictures_pillow.py makes a folder of 500 JPEGs,
// measures Pillow on it and then runs this.
#include <candor/base/threads.h>
#include <candor/candor.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace candor;

int main(int argc, char** argv) try {
  if (argc < 2) fail(ErrorKind::invalid_argument, "candor_pictures FOLDER [SIDE]: a folder of pictures is expected");
  const std::int64_t side = argc > 2 ? std::atoi(argv[2]) : 224;
  const data::ImageOptions options{.height = side, .width = side, .channels = 3};
  const data::ImageList list = data::list_loose_images(argv[1]);
  std::vector<double> seconds;
  for (int run = 0; run < 7; ++run) {  // the first run warms the page cache and the pool
    const auto start = std::chrono::steady_clock::now();
    data::read_images(list, options);
    if (run > 0) seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  const double n = static_cast<double>(list.files.size());
  std::printf("%.0f pictures, %d threads: %.0f pictures/s (median of %zu; best %.0f)\n", n, threads(), n / seconds[seconds.size() / 2], seconds.size(), n / seconds.front());
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
