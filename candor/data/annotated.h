// A picture with what is known of places in it: boxes, points, masks.
#pragma once

#include <cstdint>
#include <vector>

#include "candor/data/image.h"

namespace candor::data {

/// A rectangle in a picture, in pixels from its upper left corner; pixel i reaches from i to i + 1. `label` is exchanged as classes are; -1: none.
struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
  std::int32_t label = -1;
};
/// A point of a picture that means something: an eye, a corner.
struct KeyPoint {
  double x = 0, y = 0;
  std::int32_t label = -1;
};
/// A picture with what is known of places in it.
struct Annotated {
  Image image;
  std::int32_t label = -1;              ///< class number
  std::vector<Box> boxes = {};          ///< those that leave the picture by more than nine tenths of their area are dropped
  std::vector<KeyPoint> points = {};    ///< all are kept, also outside
  std::vector<Image> masks = {};        ///< of the picture's size; follow by the nearest pixel, black beyond the edge
};

}  // namespace candor::data
