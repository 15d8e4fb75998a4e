#pragma once

#include "fovea/image.hpp"
#include "fovea/measures.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

/// Common parts of tables and plots of evaluated maps.
namespace fovea {

/// The method's name in tables and plots: "Grad-CAM", "SmoothGrad, noise 0.3" for a candidate with settings,
/// or "random map" and the like for controls.
std::string title_of(std::string_view method);
/// Mean, low and high end and number of images; null for a mean of nothing.
nlohmann::ordered_json interval_json(const MeanInterval& mean);
/// A number for people who compare it with those of an interval: with so many decimals, or with three digits
/// where these would show nothing of the interval's ends or more than anyone reads.
std::string number_text(double value, const MeanInterval& of, int decimals);
/// "0.12 [0.10, 0.14]", or "none" for a mean of nothing.
std::string interval_text(const MeanInterval& mean, int decimals);
/// A table for terminals: the rows' names, `left`, and beside them as many columns as 80 columns of text
/// have room for, the others in further tables below. Each column has a text for each name.
std::string columns_text(const std::vector<std::string>& left,
                         const std::vector<std::vector<std::string>>& columns);
/// Writes NAME.svg and NAME.png into a folder. OutputError.
void write_plot(const std::string& folder, const std::string& name, const LinePlot& plot);
void write_plot(const std::string& folder, const std::string& name, const BarPlot& plot);

/// The files that are written for plots of these names.
std::vector<std::string> plot_files(const std::string& folder, const std::vector<std::string>& names);

/// An image that could not be used, with the reason.
struct FailedImage {
  std::string image, error;
};
nlohmann::ordered_json failures_json(const std::vector<FailedImage>& failed);

}  // namespace fovea
