#include "candor/data/digit_strokes.h"

#include <array>
#include <initializer_list>

namespace candor::data::detail {
namespace {

using Points = std::initializer_list<Point>;
Stroke curve(Points points) { return {points, true}; }
Stroke lines(Points points) { return {points, false}; }
DigitShape shape(int weight, std::initializer_list<Stroke> strokes) { return {strokes, weight}; }

std::array<std::vector<DigitShape>, 10> make_shapes() {
  return {{
      {  // 0: round, narrow, closed with an overlap
          shape(4, {curve({{.52f, 0}, {.2f, .14f}, {.06f, .5f}, {.2f, .86f}, {.5f, 1}, {.8f, .86f}, {.94f, .5f}, {.8f, .14f}, {.52f, 0}})}),
          shape(2, {curve({{.5f, 0}, {.28f, .2f}, {.2f, .55f}, {.3f, .88f}, {.5f, 1}, {.7f, .85f}, {.8f, .45f}, {.68f, .12f}, {.5f, 0}})}),
          shape(2, {curve({{.7f, .04f}, {.35f, .06f}, {.1f, .4f}, {.16f, .82f}, {.5f, 1}, {.84f, .8f}, {.88f, .4f}, {.68f, .1f}, {.42f, .02f}})}),
      },
      {  // 1: a line; with a flag; with flag and foot
          shape(6, {curve({{.5f, 0}, {.5f, .5f}, {.5f, 1}})}),
          shape(3, {lines({{.3f, .2f}, {.52f, 0}, {.52f, 1}})}),
          shape(1, {lines({{.3f, .2f}, {.52f, 0}, {.52f, 1}}),
                    lines({{.28f, 1}, {.78f, 1}})}),
      },
      {  // 2: with a sharp foot; with a loop at the foot; narrow on a straight foot
          shape(4, {curve({{.12f, .26f}, {.28f, .06f}, {.56f, 0}, {.8f, .18f}, {.72f, .46f}, {.4f, .76f}, {.08f, .98f}}),
                    curve({{.08f, .98f}, {.5f, .95f}, {.92f, .97f}})}),
          shape(3, {curve({{.14f, .24f}, {.34f, .04f}, {.64f, .02f}, {.82f, .22f}, {.7f, .5f}, {.4f, .82f}, {.16f, .98f}, {.06f, .86f}, {.22f, .76f}, {.5f, .9f}, {.96f, .94f}})}),
          shape(2, {curve({{.2f, .16f}, {.45f, 0}, {.72f, .14f}, {.7f, .4f}, {.48f, .7f}, {.16f, 1}}),
                    lines({{.16f, 1}, {.84f, 1}})}),
      },
      {  // 3: two bows; with a flat top
          shape(5, {curve({{.14f, .14f}, {.45f, 0}, {.78f, .14f}, {.7f, .38f}, {.4f, .47f}}),
                    curve({{.4f, .47f}, {.78f, .56f}, {.86f, .8f}, {.5f, 1}, {.1f, .88f}})}),
          shape(2, {lines({{.12f, .02f}, {.84f, .03f}, {.44f, .4f}}),
                    curve({{.44f, .4f}, {.8f, .52f}, {.84f, .82f}, {.5f, 1}, {.1f, .9f}})}),
      },
      {  // 4: open; closed; open and leaning
          shape(5, {curve({{.2f, .02f}, {.12f, .3f}, {.14f, .52f}, {.5f, .54f}, {.9f, .48f}}),
                    curve({{.78f, .04f}, {.72f, .5f}, {.68f, 1}})}),
          shape(2, {lines({{.68f, 0}, {.08f, .62f}, {.96f, .64f}}),
                    lines({{.68f, 0}, {.68f, 1}})}),
          shape(2, {lines({{.3f, .02f}, {.1f, .5f}, {.88f, .52f}}),
                    lines({{.8f, .2f}, {.6f, 1}})}),
      },
      {  // 5: with a separate bar; in one sweep
          shape(4, {lines({{.24f, .03f}, {.18f, .42f}}),
                    curve({{.18f, .42f}, {.5f, .36f}, {.82f, .54f}, {.8f, .84f}, {.46f, 1}, {.08f, .9f}}),
                    lines({{.24f, .03f}, {.84f, 0}})}),
          shape(3, {lines({{.86f, .02f}, {.3f, .05f}, {.2f, .44f}}),
                    curve({{.2f, .44f}, {.6f, .42f}, {.8f, .66f}, {.66f, .92f}, {.3f, 1}, {.06f, .92f}})}),
      },
      {  // 6: leaning; upright with a small loop
          shape(4, {curve({{.74f, 0}, {.42f, .16f}, {.16f, .5f}, {.16f, .84f}, {.46f, 1}, {.8f, .86f}, {.78f, .6f}, {.5f, .5f}, {.2f, .7f}})}),
          shape(3, {curve({{.5f, 0}, {.28f, .3f}, {.2f, .7f}, {.36f, .98f}, {.66f, .96f}, {.74f, .72f}, {.52f, .6f}, {.24f, .78f}})}),
      },
      {  // 7: plain; with a bar; with a hook at the left
          shape(5, {lines({{.08f, .06f}, {.9f, .04f}}),
                    curve({{.9f, .04f}, {.62f, .46f}, {.46f, 1}})}),
          shape(2, {lines({{.08f, .06f}, {.9f, .04f}}),
                    curve({{.9f, .04f}, {.6f, .48f}, {.42f, 1}}),
                    lines({{.34f, .54f}, {.82f, .5f}})}),
          shape(2, {lines({{.1f, .24f}, {.12f, .04f}, {.88f, .06f}}),
                    curve({{.88f, .06f}, {.66f, .5f}, {.6f, 1}})}),
      },
      {  // 8: one crossing stroke; two loops
          shape(5, {curve({{.76f, .14f}, {.46f, 0}, {.2f, .18f}, {.46f, .46f}, {.82f, .76f}, {.5f, 1}, {.16f, .8f}, {.48f, .48f}, {.78f, .2f}, {.7f, .08f}})}),
          shape(3, {curve({{.5f, 0}, {.24f, .1f}, {.24f, .36f}, {.5f, .46f}, {.76f, .36f}, {.76f, .1f}, {.5f, 0}}),
                    curve({{.5f, .46f}, {.16f, .6f}, {.16f, .88f}, {.5f, 1}, {.84f, .88f}, {.84f, .6f}, {.5f, .46f}})}),
      },
      {  // 9: with a straight tail; with a bent tail
          shape(4, {curve({{.8f, .2f}, {.56f, 0}, {.2f, .12f}, {.16f, .4f}, {.46f, .5f}, {.76f, .3f}, {.82f, .1f}}),
                    curve({{.82f, .1f}, {.78f, .5f}, {.66f, 1}})}),
          shape(2, {curve({{.78f, .16f}, {.5f, 0}, {.2f, .18f}, {.24f, .44f}, {.56f, .46f}, {.8f, .2f}}),
                    curve({{.8f, .2f}, {.82f, .6f}, {.66f, .94f}, {.26f, .98f}})}),
      },
  }};
}

}  // namespace

std::span<const DigitShape> digit_shapes(int digit) {
  static const auto shapes = make_shapes();
  return shapes[static_cast<std::size_t>(digit)];
}

}  // namespace candor::data::detail
