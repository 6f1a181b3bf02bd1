#include "pipeline/report/page/html.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

TEST(Html, NoTextBecomesATag) {
  EXPECT_EQ(escaped("</script><b title='x' id=\"y\">&"),
            "&lt;/script&gt;&lt;b title=&#39;x&#39; id=&quot;y&quot;&gt;&amp;");
  EXPECT_EQ(escaped("東京 is"), "東京 is");
  EXPECT_EQ(escaped("\xff"), "\\xff") << "bytes that are no text";
}

TEST(Html, FillsEachPlaceOnce) {
  EXPECT_EQ(filled_page("<p>{{a}}</p>{{b}}", {{"a", "{{b}}"}, {"b", "2"}}), "<p>{{b}}</p>2")
      << "a value is no page";
  EXPECT_THROW(filled_page("{{c}}", {{"a", ""}}), std::logic_error);
  EXPECT_THROW(filled_page("{{a", {{"a", ""}}), std::logic_error);
}

}  // namespace
}  // namespace hookflow::pipeline
