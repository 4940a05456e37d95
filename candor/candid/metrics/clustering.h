// How good a grouping is: by distances alone, against known classes, and how well a map keeps neighbours.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/baselines/matrix.h"

namespace candor::candid {

/// By distances (Euclidean): silhouette of each row (0 in a group of one), its mean, Calinski and Harabasz's ratio, Davies and Bouldin's index.
struct GroupingByDistance {
  std::vector<double> silhouettes;
  double silhouette = 0, calinski_harabasz = 0, davies_bouldin = 0;
};
/// At least two groups and more rows than groups. Throws Error (shape, invalid_argument).
GroupingByDistance grouping_by_distance(const Matrix& x, std::span<const std::int32_t> groups);

/// Two groupings of the same rows; names of groups do not matter. Logarithms are natural.
struct GroupingAgreement {
  double rand = 0, adjusted_rand = 0, mutual_info = 0, nmi_arithmetic = 0, nmi_geometric = 0, ami = 0;
  double homogeneity = 0, completeness = 0, v_measure = 0, fowlkes_mallows = 0;
};
GroupingAgreement grouping_agreement(std::span<const std::int32_t> classes, std::span<const std::int32_t> groups);

/// Venna and Kaski's trustworthiness of an embedding: 1 when its k nearest neighbours are near in x too. Continuity is the same with x and embedding exchanged.
double trustworthiness(const Matrix& x, const Matrix& embedding, std::int64_t k = 5);

}  // namespace candor::candid
