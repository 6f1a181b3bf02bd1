#include "pipeline/render/render.hpp"

#include <cstdlib>

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
  TemporaryFolder folder;
};

TEST_F(Render, DrawsSvg) {
  const std::string svg = render_figure(bars("<script>x</script>"), PictureFormat::svg);
  EXPECT_TRUE(svg.starts_with("<svg ")) << svg.substr(0, 200);
  EXPECT_NE(svg.find("&lt;script&gt;"), std::string::npos) << "a label is text";
}

TEST_F(Render, DrawsPng) { EXPECT_TRUE(render_figure(bars("a"), PictureFormat::png).starts_with("\x89PNG")); }

TEST_F(Render, TellsWhatTheRendererSays) {
  try {
    render_figure({{"nothing", "drawn"}}, PictureFormat::svg);
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
    render_figure(bars("a"), PictureFormat::svg);
    FAIL() << "it was drawn";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("apt-get install nodejs"), std::string::npos) << error.what();
  }
  ::setenv("PATH", path.c_str(), 1);
}

TEST_F(Render, KnowsSvgAndPngAlone) {
  EXPECT_EQ(picture_format("a.b/x.svg"), PictureFormat::svg);
  EXPECT_EQ(picture_format("x.png"), PictureFormat::png);
  EXPECT_EQ(picture_format("x.pdf"), std::nullopt);
}

}  // namespace
}  // namespace hookflow::pipeline
