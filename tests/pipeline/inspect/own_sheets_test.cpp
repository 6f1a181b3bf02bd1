#include "pipeline/inspect/own_sheets.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

TEST(HistorySheet, WhatFailedIsDoneNeitherBeforeNorAfterASession) {
  RunFileView view;
  LaneProgress lane;
  lane.states.resize(10);
  view.lanes = {lane};
  Session first, second;
  first.done = 2;
  first.failed = 1;
  second.done_before = 2;
  second.done = 9;
  second.failed = 1;
  view.sessions = {first, second};
  std::ostringstream csv;
  history_sheet(view).print_csv(csv, 2);
  EXPECT_NE(csv.str().find(",0,20,"), std::string::npos) << csv.str();
  EXPECT_NE(csv.str().find(",20,90,"), std::string::npos) << csv.str();
}

}  // namespace
}  // namespace hookflow::pipeline
