"""The article's code as people have it, shortened, for whichever Keras is installed: Keras 3 forbids slashes in names.

ShuffleNet has the article's lambda, which looks `offset` up when it is called. ShuffleNetBound binds it.
"""

import keras
from keras import layers

SLASH = "_" if int(keras.__version__.split(".")[0]) >= 3 else "/"
STAGE_TWO = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}


def ShuffleNet(scale_factor=1.0, pooling="max", input_shape=(224, 224, 3), groups=1, num_shuffle_units=[3, 7, 3],
               bottleneck_ratio=0.25, classes=1000, slices=None):
    def named(name):
        return name.replace("/", SLASH)

    def group_conv(x, into, out, groups, name):
        if groups == 1:
            return layers.Conv2D(out, 1, padding="same", use_bias=False, name=named(name))(x)
        ig, group_list = into // groups, []
        for i in range(groups):
            offset = i * ig
            if slices is None:
                cut = lambda z: z[:, :, :, offset : offset + ig]
            else:
                cut = lambda z, offset=offset: z[:, :, :, offset : offset + ig]
            group = layers.Lambda(cut, name=named("%s/g%d_slice" % (name, i)))(x)
            conv = layers.Conv2D(out // groups, 1, padding="same", use_bias=False, name=named("%s_/g%d" % (name, i)))
            group_list.append(conv(group))
        return layers.Concatenate(name=named(name + "/concat"))(group_list)

    def unit(inputs, into, out, strides, stage, block):
        prefix = "stage%d/block%d" % (stage, block)
        g, bottleneck = (1 if stage == 2 and block == 1 else groups), int(out * bottleneck_ratio)
        x = group_conv(inputs, into, bottleneck, g, prefix + "/1x1_gconv_1")
        x = layers.BatchNormalization(name=named(prefix + "/bn_gconv_1"))(x)
        x = layers.Activation("relu", name=named(prefix + "/relu_gconv_1"))(x)
        height, width = int(x.shape[1]), int(x.shape[2])
        x = layers.Reshape((height, width, g, bottleneck // g))(x)
        x = layers.Permute((1, 2, 4, 3))(x)
        x = layers.Reshape((height, width, bottleneck), name=named(prefix + "/channel_shuffle"))(x)
        x = layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False,
                                   name=named(prefix + "/1x1_dwconv_1"))(x)
        x = layers.BatchNormalization(name=named(prefix + "/bn_dwconv_1"))(x)
        x = group_conv(x, bottleneck, out if strides == 1 else out - into, g, prefix + "/1x1_gconv_2")
        x = layers.BatchNormalization(name=named(prefix + "/bn_gconv_2"))(x)
        if strides == 1:
            x = layers.Add(name=named(prefix + "/add"))([x, inputs])
        else:
            avg = layers.AveragePooling2D(3, strides=2, padding="same", name=named(prefix + "/avg_pool"))(inputs)
            x = layers.Concatenate(name=named(prefix + "/concat"))([x, avg])
        return layers.Activation("relu", name=named(prefix + "/relu_out"))(x)

    image = x = layers.Input(shape=input_shape)
    channels = [int(24 * scale_factor)]
    channels += [int(STAGE_TWO[groups] * 2**i * scale_factor) for i in range(len(num_shuffle_units))]
    x = layers.Conv2D(channels[0], 3, strides=2, padding="same", use_bias=False, activation="relu", name="conv1")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="maxpool1")(x)
    for index, repeat in enumerate(num_shuffle_units):
        x = unit(x, channels[index], channels[index + 1], 2, index + 2, 1)
        for block in range(2, repeat + 2):
            x = unit(x, channels[index + 1], channels[index + 1], 1, index + 2, block)
    pool = layers.GlobalAveragePooling2D if pooling == "avg" else layers.GlobalMaxPooling2D
    x = pool(name="global_pool")(x)
    x = layers.Dense(classes, name="fc")(x)
    return keras.models.Model(inputs=image, outputs=layers.Activation("softmax", name="softmax")(x))


def ShuffleNetBound(scale_factor=1.0, pooling="max", input_shape=(224, 224, 3), groups=1, num_shuffle_units=[3, 7, 3],
                    bottleneck_ratio=0.25, classes=1000):
    return ShuffleNet(scale_factor, pooling, input_shape, groups, num_shuffle_units, bottleneck_ratio, classes, "own")


def WrongEpsilon(scale_factor=1.0, pooling="max", input_shape=(224, 224, 3), groups=1, num_shuffle_units=[3, 7, 3],
                 bottleneck_ratio=0.25, classes=1000):
    """ShuffleNetBound with an epsilon of its own."""
    build = layers.BatchNormalization
    layers.BatchNormalization = lambda name: build(epsilon=1e-5, name=name)
    try:
        return ShuffleNetBound(scale_factor, pooling, input_shape, groups, num_shuffle_units, bottleneck_ratio, classes)
    finally:
        layers.BatchNormalization = build
