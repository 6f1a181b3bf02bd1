#include "pipeline/render/render.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "pipeline/render/child_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

nlohmann::json bars(const std::string& label) {
  return {
      {"data", {{"values", {{{"a", label}, {"b", 2}}}}}},
      {"mark", "bar"},
      {"encoding",
       {{"x", {{"field", "a"}, {"type", "nominal"}}}, {"y", {{"field", "b"}, {"type", "quantitative"}}}}}};
}

class Render : public testing::Test {
 protected:
  void SetUp() override {
    if (std::getenv("HOOKFLOW_REQUIRE_REFERENCES") != nullptr) return;
    for (const char* program : {"node", "rsvg-convert"})
      if (!run_child({program, "--version"}, "").started) GTEST_SKIP() << "there is no " << program;
  }
  [[nodiscard]] std::string drawn(const nlohmann::json& spec, const std::string& name) const {
    render_figure(spec, folder.path() / name);
    std::ostringstream text;
    text << std::ifstream(folder.path() / name, std::ios::binary).rdbuf();
    return text.str();
  }
  TemporaryFolder folder;
};

TEST_F(Render, DrawsSvg) {
  const std::string svg = drawn(bars("<script>x</script>"), "x.svg");
  EXPECT_TRUE(svg.starts_with("<svg ")) << svg.substr(0, 200);
  EXPECT_NE(svg.find("&lt;script&gt;"), std::string::npos) << "a label is text";
}

TEST_F(Render, DrawsPng) { EXPECT_TRUE(drawn(bars("a"), "x.png").starts_with("\x89PNG")); }

TEST_F(Render, TellsWhatTheRendererSays) {
  try {
    render_figure({{"nothing", "drawn"}}, folder.path() / "x.svg");
    FAIL() << "it was drawn";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("node could not draw the figure"), std::string::npos)
        << error.what();
  }
}

TEST_F(Render, SaysWhatToInstall) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", folder.path().c_str(), 1);
  try {
    render_figure(bars("a"), folder.path() / "x.svg");
    FAIL() << "it was drawn";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("apt-get install nodejs"), std::string::npos) << error.what();
  }
  ::setenv("PATH", path.c_str(), 1);
}

TEST_F(Render, KnowsSvgAndPngAlone) { EXPECT_THROW(render_figure(bars("a"), "x.pdf"), UsageError); }

}  // namespace
}  // namespace hookflow::pipeline
