// Python: the article's network, layer by layer, for whatever makes layers: numpy or Keras.
// Part of the script that make-reference writes; read script.ts first.

/** Needs the literals of head.ts. Gives `shufflenet(net, x, slices)`; `net` has a method for each kind of layer. */
export const ARTICLE_PY = `
# ---- The network ------------------------------------------------------------------------------------------------

STAGE_TWO_CHANNELS = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}


def shufflenet(net, x, slices):
    """The article's ShuffleNet(): every layer is made by net, under the article's name for it."""
    scale, units = SETTINGS["scale_factor"], SETTINGS["num_shuffle_units"]
    stage_two = STAGE_TWO_CHANNELS[SETTINGS["groups"]]
    channels = [int(24 * scale)] + [int(stage_two * 2**stage * scale) for stage in range(len(units))]
    x = net.conv(x, SETTINGS["input_shape"][2], channels[0], 3, 2, "conv1", relu=True)
    x = net.max_pool(x, "maxpool1")
    for index, repeat in enumerate(units):
        into, out = channels[index : index + 2]
        x = shuffle_unit(net, x, into, out, 2, index + 2, 1, slices)
        for block in range(2, repeat + 2):
            x = shuffle_unit(net, x, out, out, 1, index + 2, block, slices)
    if SETTINGS["pooling"] is not None:
        x = net.global_pool(x, SETTINGS["pooling"], "global_pool")
    if SETTINGS["include_top"]:
        x = net.dense(x, channels[-1], SETTINGS["classes"], "fc")
        x = net.softmax(x, "softmax")
    return x


def shuffle_unit(net, inputs, into, out, stride, stage, block, slices):
    prefix = "stage%d/block%d/" % (stage, block)
    branch = out if stride == 1 else out - into
    bottleneck = int((out if SETTINGS["bottleneck_from"] == "out" else branch) * SETTINGS["bottleneck_ratio"])
    first = stage == 2 and block == 1  # not grouped
    groups = 1 if first else SETTINGS["groups"]
    groups_2 = SETTINGS["groups"] if first and SETTINGS["first_gconv_2_grouped"] else groups

    x = group_conv(net, inputs, into, bottleneck, groups, prefix + "1x1_gconv_1", slices)
    x = net.batch_norm(x, bottleneck, prefix + "bn_gconv_1")
    x = net.relu(x, prefix + "relu_gconv_1")
    x = net.channel_shuffle(x, bottleneck, groups, prefix + "channel_shuffle")
    x = net.depthwise(x, bottleneck, stride, prefix + "1x1_dwconv_1")
    x = net.batch_norm(x, bottleneck, prefix + "bn_dwconv_1")
    x = group_conv(net, x, bottleneck, branch, groups_2, prefix + "1x1_gconv_2", slices)
    x = net.batch_norm(x, branch, prefix + "bn_gconv_2")
    if stride == 1:
        x = net.add(x, inputs, prefix + "add")
    else:
        pooled = net.average_pool(inputs, prefix + "avg_pool")
        x = net.concat([x, pooled], prefix + "concat")
    return net.relu(x, prefix + "relu_out")


def group_conv(net, x, into, out, groups, name, slices):
    """Group i reads slice i; with slices "last" all read the last one, as the article's lambdas do in TensorFlow 2."""
    if groups == 1:
        return net.conv(x, into, out, 1, 1, name)
    size, parts = into // groups, []
    for i in range(groups):
        begin = (i if slices == "own" else groups - 1) * size
        part = net.slice(x, begin, begin + size, "%s/g%d_slice" % (name, i))
        parts.append(net.conv(part, size, out // groups, 1, 1, "%s_/g%d" % (name, i)))
    return net.concat(parts, name + "/concat")


def conv_shapes(size, into, out, kernel="kernel"):
    """What a convolution's weights are called, and their shapes."""
    return [(kernel, (size, size, into, out))] + bias_shape(out if kernel == "kernel" else into)


def bias_shape(channels):
    return [("bias", (channels,))] if SETTINGS["conv_bias"] else []


def norm_shapes(channels):
    return [(role, (channels,)) for role in ["gamma", "beta", "moving_mean", "moving_variance"]]
`;
