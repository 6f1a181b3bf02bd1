#pragma once
#include <vector>

#include "stages/edit/edit_scope.hpp"
#include "stages/edit/labelled_variants.hpp"
#include "stages/edit/named_variant.hpp"

namespace hookflow::stages {

/// The variants along one axis of their names. Throws pipeline::ParamError of `variants` with every edit that
/// names what is not there or does not fit, and every two of one variant that change the same.
LabelledVariants make_variant_list(const std::vector<NamedVariant>& named, EditScope& scope);
/// Throws pipeline::ParamError for edits that are drawn several times, where there is no axis for that.
void refuse_samples(const std::vector<NamedEdit>& edits, const std::string& param);
/// Edits that are made together, which a parameter names; throws as that does, of it.
Variant make_edits(const std::vector<NamedEdit>& edits, const std::string& param, EditScope& scope);

}  // namespace hookflow::stages
