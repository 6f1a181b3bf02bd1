"""Reading run files for comparisons."""


def labels(dataset, axis):
    """The coordinates along an axis, strings as str."""
    values = dataset.dims[axis][0][()]
    return [value.decode() if isinstance(value, bytes) else value for value in values]


def width(model):
    return model.weights["wte.weight"].shape[1]


def prompts(file):
    """The token ids of each prompt, as fed."""
    return [list(map(int, ids[:length])) for ids, length in zip(file["/tokens/ids"][()], file["/tokens/length"][()])]


def only(file, name):
    """A dataset of a run with one prompt: without the prompt's axis."""
    values = file[name][()]
    assert values.shape[0] == 1, f"{name} has {values.shape[0]} prompts"
    return values[0]


def token_texts(file):
    """The text of each token of the vocabulary."""
    return [text.decode() if isinstance(text, bytes) else text for text in file["/vocabulary/token"][()]]
