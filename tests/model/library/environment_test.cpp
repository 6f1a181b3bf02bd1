#include "model/library/environment.hpp"

#include <cstdlib>
#include <pwd.h>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

namespace hookflow {
namespace {

class Environment : public testing::Test {
 protected:
  Environment() {
    ::setenv("HOOKFLOW_TEST_A", "one", 1);
    ::setenv("HOOKFLOW_TEST_B", "$HOOKFLOW_TEST_A", 1);
    ::setenv("HOOKFLOW_TEST_EMPTY", "", 1);
  }
};

TEST_F(Environment, AnEmptyVariableIsNone) {
  EXPECT_EQ(environment("HOOKFLOW_TEST_A"), "one");
  EXPECT_EQ(environment("HOOKFLOW_TEST_EMPTY"), std::nullopt);
  EXPECT_EQ(environment("HOOKFLOW_TEST_NONE"), std::nullopt);
}

// What Python's os.path.expandvars gives.
TEST_F(Environment, ExpandsVariablesOnce) {
  EXPECT_EQ(expand_variables("/x/$HOOKFLOW_TEST_A/y"), "/x/one/y");
  EXPECT_EQ(expand_variables("${HOOKFLOW_TEST_A}s$HOOKFLOW_TEST_A"), "onesone");
  EXPECT_EQ(expand_variables("$HOOKFLOW_TEST_As"), "$HOOKFLOW_TEST_As");
  EXPECT_EQ(expand_variables("$HOOKFLOW_TEST_B"), "$HOOKFLOW_TEST_A");
  EXPECT_EQ(expand_variables("a$HOOKFLOW_TEST_EMPTY/b"), "a/b");
  EXPECT_EQ(expand_variables("${HOOKFLOW_TEST_NONE}$/${"), "${HOOKFLOW_TEST_NONE}$/${");
  EXPECT_EQ(expand_variables(""), "");
}

// What Python's os.path.expanduser gives.
TEST_F(Environment, ExpandsTheUsersHome) {
  const char* home = std::getenv("HOME");
  const std::string before = home == nullptr ? "/" : home;
  ::setenv("HOME", "/h/", 1);
  EXPECT_EQ(expand_user("~"), "/h");
  EXPECT_EQ(expand_user("~/x"), "/h/x");
  EXPECT_EQ(expand_user("x/~"), "x/~");
  const passwd* user = ::getpwuid(::getuid());
  EXPECT_EQ(expand_user(std::string("~") + user->pw_name + "/x"), std::string(user->pw_dir) + "/x");
  EXPECT_EQ(expand_user("~no-such-user/x"), "~no-such-user/x");
  ::setenv("HOME", before.c_str(), 1);
}

}  // namespace
}  // namespace hookflow
