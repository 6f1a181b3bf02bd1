#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>

#include <gtest/gtest.h>

#include "model/error.hpp"
#include "model/library/library.hpp"
#include "tests/support/input_error.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tiny_gpt2.hpp"

namespace hookflow {
namespace {

namespace fs = std::filesystem;
using test::names;

// An environment in which nothing but what the test writes can be found, put back afterwards.
class FindModel : public testing::Test {
 protected:
  FindModel() {
    for (const char* name :
         {"HOOKFLOW_MODELS", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "HOME"}) {
      const char* value = std::getenv(name);
      before_[name] = value == nullptr ? std::nullopt : std::optional<std::string>(value);
      ::unsetenv(name);
    }
    set("HOME", home_.path());
  }
  ~FindModel() override {
    for (const auto& [name, value] : before_)
      if (value)
        ::setenv(name.c_str(), value->c_str(), 1);
      else
        ::unsetenv(name.c_str());
  }

  static void set(const char* name, const fs::path& value) { ::setenv(name, value.c_str(), 1); }

  // As the hub's client lays it out: files of the snapshot are links into blobs/.
  static fs::path add_cached(const fs::path& cache, const std::string& folder,
                             const std::string& revision = "607a30d7") {
    const fs::path root = cache / folder;
    test::TinyGpt2().write(root / "blobs");
    const fs::path snapshot = root / "snapshots" / revision;
    fs::create_directories(snapshot);
    for (const char* file : {"config.json", "model.safetensors"})
      fs::create_symlink(fs::path("../../blobs") / file, snapshot / file);
    test::write_file(root / "refs/main", revision);
    return snapshot;
  }

  static std::string refusal(const std::string& name) {
    return test::input_error([&] { find_model(name); });
  }

  test::TempDir home_;

 private:
  std::map<std::string, std::optional<std::string>> before_;
};

TEST_F(FindModel, TakesADirectory) {
  test::TinyGpt2().write(home_ / "mine");
  EXPECT_EQ(find_model((home_ / "mine").string()), home_ / "mine");
  EXPECT_EQ(find_model("~/mine"), home_ / "mine");
}

TEST_F(FindModel, TakesABuiltInModelFirst) {
  test::TinyGpt2().write(home_ / "built-in/tiny");
  set("HOOKFLOW_MODELS", home_ / "built-in");
  add_cached(home_ / ".cache/huggingface/hub", "models--tiny");
  EXPECT_EQ(find_model("tiny"), home_ / "built-in/tiny");
}

TEST_F(FindModel, LooksBesideTheInstalledProgram) {
  EXPECT_TRUE(
      names(refusal("no-such-model"), {"share/hookflow/model/no-such-model: no such directory",
                                       HOOKFLOW_SOURCE_DIR "/model/no-such-model: no such directory"}));
}

TEST_F(FindModel, NanoIsBuiltInAndLoads) {
  const fs::path nano = find_model("nano");
  EXPECT_EQ(nano, fs::path(HOOKFLOW_SOURCE_DIR) / "model/nano");
  const Model model = load_model(nano);
  EXPECT_EQ(model.config.layers, 8U);
  EXPECT_EQ(model.weights.token_embedding.rows, model.config.vocabulary);
  const auto names_found = built_in_models();
  EXPECT_EQ(std::count(names_found.begin(), names_found.end(), "nano"), 1);
}

TEST_F(FindModel, NoBuiltInIsReachedByPath) {
  test::TinyGpt2().write(home_ / "tiny");
  fs::create_directory(home_ / "built-in");
  set("HOOKFLOW_MODELS", home_ / "built-in");
  EXPECT_TRUE(names(refusal("../tiny"), {"../tiny: no such directory"}));
  EXPECT_TRUE(names(refusal(".."), {"..: "}));
}

TEST_F(FindModel, LooksInTheCacheWhereTheHubsClientDoes) {
  const fs::path fallback = add_cached(home_ / ".cache/huggingface/hub", "models--gpt2");
  EXPECT_EQ(find_model("gpt2"), fallback);
  set("XDG_CACHE_HOME", home_ / "xdg");
  const fs::path xdg = add_cached(home_ / "xdg/huggingface/hub", "models--gpt2");
  EXPECT_EQ(find_model("gpt2"), xdg);
  set("HF_HOME", home_ / "hf");
  const fs::path hf = add_cached(home_ / "hf/hub", "models--gpt2");
  EXPECT_EQ(find_model("gpt2"), hf);
  set("HF_HUB_CACHE", home_ / "hub");
  const fs::path hub = add_cached(home_ / "hub", "models--gpt2");
  EXPECT_EQ(find_model("gpt2"), hub);
  set("HF_HUB_CACHE", "");  // as good as not set
  EXPECT_EQ(find_model("gpt2"), hf);
}

TEST_F(FindModel, ExpandsTheCachesPathAsTheHubsClientDoes) {
  const fs::path hub = add_cached(home_ / "hub", "models--gpt2");
  set("HF_HOME", "~");
  EXPECT_EQ(find_model("gpt2"), hub);
  set("HF_HOME", "$HOME");
  EXPECT_EQ(find_model("gpt2"), hub);
  set("HF_HOME", "/nowhere");
  set("HF_HUB_CACHE", "${HOME}/hub");
  EXPECT_EQ(find_model("gpt2"), hub);
  set("HF_HUB_CACHE", "~/hub");
  EXPECT_EQ(find_model("gpt2"), hub);
}

TEST_F(FindModel, ARelativePathStartsFromTheBase) {
  test::TinyGpt2().write(home_ / "models/tiny");
  EXPECT_EQ(find_model("models/tiny", home_.path()), home_ / "models/tiny");
  EXPECT_EQ(find_model((home_ / "models/tiny").string(), "/nowhere"), home_ / "models/tiny");
  EXPECT_EQ(find_model("~/models/tiny", "/nowhere"), home_ / "models/tiny");
  EXPECT_EQ(find_model("nano", home_.path()), find_model("nano"));
  EXPECT_TRUE(names(refusal("models/tiny"), {"\n  models/tiny: no such directory"}));
}

TEST_F(FindModel, NamesALinkThatLeadsNowhere) {
  set("HF_HUB_CACHE", home_ / "hub");
  const fs::path snapshot = add_cached(home_ / "hub", "models--gpt2");
  fs::remove(home_ / "hub/models--gpt2/blobs/config.json");
  EXPECT_TRUE(names(refusal("gpt2"),
                    {(snapshot / "config.json").string() + ": is a link to '../../blobs/config.json'"}));
  fs::create_symlink("gone", home_ / "m");
  EXPECT_TRUE(names(refusal((home_ / "m").string()), {"m: is a link to 'gone', which cannot be opened"}));
}

TEST_F(FindModel, LoadsFromTheCache) {
  set("HF_HUB_CACHE", home_ / "hub");
  add_cached(home_ / "hub", "models--org--name");
  EXPECT_EQ(load_model(find_model("org/name")).config.layers, 2U);
}

TEST_F(FindModel, KnowsWhereTheHubMovedOldNames) {
  set("HF_HUB_CACHE", home_ / "hub");
  const fs::path xl = add_cached(home_ / "hub", "models--openai-community--gpt2-xl");
  const fs::path distil = add_cached(home_ / "hub", "models--distilbert--distilgpt2");
  EXPECT_EQ(find_model("gpt2-xl"), xl);
  EXPECT_EQ(find_model("openai-community/gpt2-xl"), xl);
  EXPECT_EQ(find_model("distilgpt2"), distil);
}

TEST_F(FindModel, FollowsRefsMain) {
  set("HF_HUB_CACHE", home_ / "hub");
  add_cached(home_ / "hub", "models--gpt2", "old");
  fs::create_directories(home_ / "hub/models--gpt2/snapshots/new");
  test::write_file(home_ / "hub/models--gpt2/refs/main", "new\n");
  EXPECT_TRUE(names(refusal("gpt2"), {"snapshots/new: a directory without config.json"}));
  test::write_file(home_ / "hub/models--gpt2/refs/main", "../../elsewhere");
  EXPECT_TRUE(names(refusal("gpt2"), {"models--gpt2/refs/main: does not name a snapshot"}));
}

class Revisions : public FindModel {
 protected:
  Revisions() {
    set("HF_HUB_CACHE", home_ / "hub");
    for (const char* commit : {"0123abc", "0145def", "9876"})
      add_cached(home_ / "hub", "models--org--name", commit);
    fs::remove_all(folder_ / "refs");
  }
  [[nodiscard]] fs::path snapshot(const std::string& commit) const { return folder_ / "snapshots" / commit; }

  const fs::path folder_ = home_ / "hub/models--org--name";
};

TEST_F(Revisions, ABranchATagOrACommitIsChosen) {
  test::write_file(folder_ / "refs/main", "9876");
  test::write_file(folder_ / "refs/v1.0", "0123abc");
  test::write_file(folder_ / "refs/refs/pr/1", "0145def\n");
  EXPECT_EQ(find_model("org/name"), snapshot("9876"));
  EXPECT_EQ(find_model("org/name@main"), snapshot("9876"));
  EXPECT_EQ(find_model("org/name@v1.0"), snapshot("0123abc"));
  EXPECT_EQ(find_model("org/name@refs/pr/1"), snapshot("0145def"));
  EXPECT_EQ(find_model("org/name@0123abc"), snapshot("0123abc"));
  EXPECT_EQ(find_model("org/name@014"), snapshot("0145def"));
}

TEST_F(Revisions, SeveralThatCouldBeMeantAreListed) {
  EXPECT_TRUE(
      names(refusal("org/name"), {"model 'org/name' could be any of these commits in " + folder_.string(),
                                  "0123abc, 0145def, 9876; name one, such as org/name@0123abc"}));
  EXPECT_TRUE(
      names(refusal("org/name@01"), {"'org/name@01' could be any of", ": 0123abc, 0145def; name one"}));
  add_cached(home_ / "hub", "models--org--name", "01");
  EXPECT_EQ(find_model("org/name@01"), snapshot("01"));
}

TEST_F(Revisions, TheOnlySnapshotIsTakenWithoutAName) {
  fs::remove_all(snapshot("0123abc"));
  fs::remove_all(snapshot("9876"));
  EXPECT_EQ(find_model("org/name"), snapshot("0145def"));
  fs::remove_all(snapshot("0145def"));
  EXPECT_TRUE(
      names(refusal("org/name"), {"models--org--name: has no snapshot", "hf download org/name config"}));
}

TEST_F(Revisions, OneThatIsNotThereIsNamedWithThoseThatAre) {
  EXPECT_TRUE(
      names(refusal("org/name@v2"), {"has no revision 'v2'; it has the commits 0123abc, 0145def, 9876",
                                     "hf download org/name --revision v2 config.json"}));
  for (const char* name : {"org/name@", "org/name@../x", "org/name@/x", "org/name@a//b", "@main"})
    EXPECT_EQ(refusal(name).find("hub/models"), std::string::npos) << name;
}

TEST_F(Revisions, ADirectoryMayHaveAnAtInItsName) {
  test::TinyGpt2().write(home_ / "me@home");
  EXPECT_EQ(find_model((home_ / "me@home").string()), home_ / "me@home");
}

TEST_F(FindModel, NotFoundShowsPlacesAndTheCommand) {
  EXPECT_TRUE(
      names(refusal("gpt2"),
            {"model 'gpt2' was not found", (home_ / ".cache/huggingface/hub/models--gpt2").string(),
             "hf download gpt2 config.json 'model*.safetensors*' tokenizer.json", "vocab.json merges.txt"}));
  EXPECT_TRUE(names(refusal("org/name"), {"models--org--name: no such directory",
                                          "hf download org/name config.json 'model*.safetensors*'"}));
}

TEST_F(FindModel, NotFoundTellsTheBuiltInModels) {
  try {
    find_model("nanno");
    ADD_FAILURE() << "was not refused";
  } catch (const UnknownName& error) {
    EXPECT_EQ(error.problem, "model 'nanno' was not found");
    EXPECT_EQ(error.name, "nanno");
    EXPECT_EQ(error.known, built_in_models());
  }
}

TEST_F(FindModel, NotFoundPathIsNoDownload) {
  fs::create_directory(home_ / "empty");
  const std::string message = refusal((home_ / "empty").string());
  EXPECT_TRUE(names(message, {(home_ / "empty").string() + ": a directory without config.json"}));
  EXPECT_EQ(message.find("hf download"), std::string::npos);
  EXPECT_TRUE(names(refusal(""), {"the name is empty"}));
}

}  // namespace
}  // namespace hookflow
