#include "cli/kit/figure_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/verbs/localize.hpp"
#include "report/result_place.hpp"

namespace fovea::cli {

ObjectReportOptions report_options(const LocalizeArguments& arguments) {
  return {.method = arguments.method_name(),
          .crops = arguments.framing(),
          .network = display_name(arguments.model),
          .preset = arguments.preset,
          .localize = localize_options(arguments),
          .components = arguments.components,
          .stages = arguments.stages,
          .colormap = arguments.colormap,
          .output = arguments.output,
          .dpi = arguments.dpi};
}

void LocalizeReport::prepare(const std::vector<std::string>& bases) const {
  std::vector<std::string> planned;
  for (const std::string& base : bases)
    append(planned,
           report_.planned_files(base, !arguments_.takes_seeds(), arguments_.top > 1 ? arguments_.top : 0));
  prepare_results(arguments_.output, planned);
}

void LocalizeReport::write(const FoundObject& found, const std::string& base, const Image& photo) const {
  report_.write(found, base, photo);
}

void LocalizeReport::add(const FoundObject& found, const std::string& base) {
  if (!arguments_.format.is_text())
    all_.push_back(report_.json(found, base));
  else
    print_lines(arguments_.csv ? report_.csv(found) : report_.text(found, base));
}

void LocalizeReport::begin() const {
  if (arguments_.csv)
    print_lines(ObjectReport::csv_header());
}

void LocalizeReport::end() const {
  if (!arguments_.format.is_text())
    print_results(arguments_.format, all_);
}

}  // namespace fovea::cli
