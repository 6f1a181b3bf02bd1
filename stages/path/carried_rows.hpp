#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/path/carry.hpp"
#include "stages/given/other_positions.hpp"
#include "stages/subject/pass_request.hpp"

namespace hookflow::stages {

/// What receivers get of senders whose change between two passes is carried to them. Several paths of a
/// prompt are carried side by side.
class CarriedRows : public GivenRows {
 public:
  struct Ends {
    std::map<std::size_t, Senders> senders;  // by Intervention::source
    CarryPlan carry;
    std::string other;  // stage of the other pass
    OtherPositions positions;
  };

  /// Asks both passes for what is carried.
  CarriedRows(const GivenPlan& plan, Ends ends);

  void set(const pipeline::Inputs& inputs, const FedPrompt& edited, std::span<const std::size_t> wanted,
           RowSources& sources) const override;
  [[nodiscard]] pipeline::Bytes bytes(std::size_t prompt, const FedPrompt& edited,
                                      std::span<const std::size_t> wanted) const override;

 private:
  [[nodiscard]] std::vector<std::size_t> positions_in(const FedPrompt& edited) const;

  Ends ends_;
  ModelSubject& subject_;
  std::size_t own_port_, other_port_;
  std::vector<Intervention> edits_;  // one for each choice of positions
  std::shared_ptr<const PassRequest> of_own_, of_other_;
};

}  // namespace hookflow::stages
