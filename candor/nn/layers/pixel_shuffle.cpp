#include "candor/nn/layers/pixel_shuffle.h"

#include "candor/nn/layers/image_layout.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

class PixelShuffleBody final : public detail::SpatialBody {
 public:
  PixelShuffleBody(bool back, std::int64_t block, PixelShuffleOptions options)
      : SpatialBody(options.name, 2, options.data_format, back ? "PixelUnshuffle" : "PixelShuffle"), back_(back), block_(block), order_(options.order) {
    detail::require_positive(kind().c_str(), "block", block);
    detail::require_one_of(kind().c_str(), "order", order_, {"pytorch", "tensorflow"});
  }
  std::string kind() const override { return back_ ? "PixelUnshuffle" : "PixelShuffle"; }
  Config options() const override { return Config::map().set("block", block_).set("order", order_).set("data_format", data_format_); }

 protected:
  Tensor apply_last(const Tensor& x, Mode) override {
    const std::int64_t n = x.shape(0), h = x.shape(1), w = x.shape(2), c = x.shape(3), b = block_;
    const bool pytorch = order_ == "pytorch";
    if (back_) {
      if (h % b != 0 || w % b != 0) complain(ErrorKind::shape, "height and width must be multiples of " + std::to_string(b) + "; the input is " + to_string(x.shape()));
      const Tensor blocks = reshape(x, Shape{n, h / b, b, w / b, b, c});
      return reshape(transpose(blocks, pytorch ? std::vector<int>{0, 1, 3, 5, 2, 4} : std::vector<int>{0, 1, 3, 2, 4, 5}), Shape{n, h / b, w / b, b * b * c});
    }
    if (c % (b * b) != 0) complain(ErrorKind::shape, "the channels must be a multiple of " + std::to_string(b * b) + "; the input is " + to_string(x.shape()));
    const std::int64_t out = c / (b * b);
    const Tensor blocks = pytorch ? transpose(reshape(x, Shape{n, h, w, out, b, b}), {0, 1, 4, 2, 5, 3}) : transpose(reshape(x, Shape{n, h, w, b, b, out}), {0, 1, 3, 2, 4, 5});
    return reshape(blocks, Shape{n, h * b, w * b, out});
  }

 private:
  bool back_;
  std::int64_t block_;
  std::string order_;
};

class ChannelShuffleBody final : public detail::SimpleLayerBody {
 public:
  ChannelShuffleBody(std::int64_t groups, ChannelShuffleOptions options) : SimpleLayerBody(std::move(options.name)), groups_(groups), data_format_(std::move(options.data_format)) {
    detail::require_positive("ChannelShuffle", "groups", groups);
    detail::require_data_format("ChannelShuffle", data_format_);
  }
  std::string kind() const override { return "ChannelShuffle"; }
  Config options() const override { return Config::map().set("groups", groups_).set("data_format", data_format_); }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override {
    if (x.rank() < 2) complain(ErrorKind::shape, "takes [batch, ..., channels]; the input is " + to_string(x.shape()));
    const int at = detail::channels_first(data_format_) ? 1 : x.rank() - 1;
    if (x.shape(at) % groups_ != 0) {
      complain(ErrorKind::shape, "the channels must be a multiple of groups: " + to_string(x.shape()) + " has " + std::to_string(x.shape(at)) + " channels, groups is " + std::to_string(groups_));
    }
    std::vector<std::int64_t> split = x.shape().to_vector();
    split[static_cast<std::size_t>(at)] = x.shape(at) / groups_;
    split.insert(split.begin() + at, groups_);
    return reshape(swap_axes(reshape(x, split), at, at + 1), x.shape());
  }

 private:
  std::int64_t groups_;
  std::string data_format_;
};

PixelShuffleOptions options_from(const Config& c) { return {.order = c.get("order", "pytorch"), .data_format = detail::data_format_from(c), .name = detail::config_name(c)}; }

}  // namespace

PixelShuffle::PixelShuffle(std::int64_t block, PixelShuffleOptions options) : Layer(std::make_shared<PixelShuffleBody>(false, block, std::move(options))) {}
Layer PixelShuffle::from_config(const Config& c) { return PixelShuffle(c.at("block").integer(), options_from(c)); }
PixelUnshuffle::PixelUnshuffle(std::int64_t block, PixelShuffleOptions options) : Layer(std::make_shared<PixelShuffleBody>(true, block, std::move(options))) {}
Layer PixelUnshuffle::from_config(const Config& c) { return PixelUnshuffle(c.at("block").integer(), options_from(c)); }

ChannelShuffle::ChannelShuffle(std::int64_t groups, ChannelShuffleOptions options) : Layer(std::make_shared<ChannelShuffleBody>(groups, std::move(options))) {}
Layer ChannelShuffle::from_config(const Config& c) {
  return ChannelShuffle(c.at("groups").integer(), {.data_format = detail::data_format_from(c), .name = detail::config_name(c)});
}

}  // namespace candor
