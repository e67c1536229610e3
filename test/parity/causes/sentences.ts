// What a user reads of each mistake planted in known.test.ts: who is wrong and how, and what to do about it.

/** The sentence, by the cause and how it was planted. */
export const WORDS: Readonly<Record<string, string>> = {
  'slices-last, slices recorded':
    "The reference has late-bound slices: every group reads the last slice of its input, which is what the article's code computes under TensorFlow 2. The reference is wrong, not the port.",
  'slices-last':
    "The reference has late-bound slices: every group reads the last slice of its input, which is what the article's code computes under TensorFlow 2. The reference is wrong, not the port.",
  'slices-last, concats recorded':
    "The reference has late-bound slices: every group reads the last slice of its input, which is what the article's code computes under TensorFlow 2. The reference is wrong, not the port.",
  'slices-last, ends of units recorded':
    "The reference has late-bound slices: every group reads the last slice of its input, which is what the article's code computes under TensorFlow 2. The reference is wrong, not the port.",
  'slices-reversed':
    "The reference gives the groups their slices in reverse: group 0 reads the last one; or, which explains it as well: in the reference the groups 0 and 2 read each other's slices (stage2/block2/1x1_gconv_1/g0_slice and stage2/block2/1x1_gconv_1/g2_slice).",
  'slices-exchanged':
    "In the reference the groups 0 and 1 read each other's slices (stage2/block2/1x1_gconv_1/g0_slice and stage2/block2/1x1_gconv_1/g1_slice).",
  'group-kernels-exchanged':
    'The kernels of stage2/block2/1x1_gconv_2 are in another order in the checkpoint than the reference used them in: those of the groups 1 and 2 are exchanged.',
  'shuffle-missing':
    'The reference has no channel shuffle at stage2/block2/channel_shuffle: the channels are as they were.',
  'shuffle-missing, shuffle not recorded':
    'The reference has no channel shuffle at stage2/block2/channel_shuffle: the channels are as they were.',
  'shuffle-inverse':
    'The reference does the inverse shuffle at stage2/block2/channel_shuffle: it sees the channels as (5, 3) instead of (3, 5) before it transposes them (a network with groups · groups = channels would hide it).',
  'shuffle-groups':
    'The reference shuffles the channels of stage3/block1/channel_shuffle with 2 groups instead of 3; or, which explains it as well: the channels of stage3/block1/channel_shuffle have the right values in another order in the reference: from what stage3/block1/channel_shuffle is given, they are shuffled with 2 groups.',
  'shuffle-in-first-unit':
    "The reference shuffles the channels of stage2/block1/channel_shuffle with 3 groups; the article's first unit is not grouped and does not shuffle; or, which explains it as well: the channels of stage2/block1/channel_shuffle have the right values in another order in the reference: from what stage2/block1/channel_shuffle is given, they are shuffled with 3 groups.",
  'channel-order':
    'The channels of stage2/block2/channel_shuffle have the right values in another order in the reference: from what stage2/block2/channel_shuffle is given, they are rotated by 4 (channel 0 is channel 4).',
  'channel-order, classes':
    'The channels of fc have the right values in another order in the reference: they are channels 2 and 5 exchanged.',
  'bn-epsilon':
    'The reference has epsilon 1e-5 in stage2/block1/bn_gconv_1, where Keras and the article have 1e-3: with epsilon 1e-5 the difference vanishes.',
  'bn-epsilon, solved for':
    'The reference has epsilon 3.3e-3 in stage2/block1/bn_gconv_1, where Keras and the article have 1e-3: with epsilon 3.3e-3 the difference vanishes.',
  'bn-epsilon, ends of units recorded':
    'The reference has epsilon 1e-5 in stage2/block1/bn_gconv_1 and 2 more, where Keras and the article have 1e-3: with epsilon 1e-5 the difference vanishes.',
  'bn-weights-exchanged, gamma and beta':
    "The checkpoint's weights of stage2/block2/bn_dwconv_1 stand in each other's places: gamma and beta are exchanged. The checkpoint, or whoever mapped it by order, is wrong, not the port.",
  'bn-weights-exchanged, gamma and moving_variance':
    "The checkpoint's weights of stage2/block2/bn_dwconv_1 stand in each other's places: gamma and moving_variance are exchanged. The checkpoint, or whoever mapped it by order, is wrong, not the port.",
  'bn-weights-exchanged, moving_mean and moving_variance':
    "The checkpoint's weights of stage2/block2/bn_dwconv_1 stand in each other's places: moving_mean and moving_variance are exchanged. The checkpoint, or whoever mapped it by order, is wrong, not the port.",
  'bn-std-as-variance':
    "The checkpoint's moving_variance of stage2/block2/bn_gconv_1 holds standard deviations: their squares make the difference vanish. The checkpoint is wrong, not the port.",
  'bn-std-as-variance, by the reference':
    'The reference takes the square root of moving_variance of stage2/block2/bn_gconv_1 once more, as if standard deviations had to be made of it twice.',
  'bn-missing': 'The reference leaves out stage2/block2/bn_gconv_2: what goes in comes out.',
  'bn-missing, without its scale': 'The reference does not use the gamma of stage2/block2/bn_gconv_2 (`scale=False`).',
  'kernel-order, OIHW in the file':
    'The kernel of conv1 is in the order OIHW (PyTorch, Theano) in the checkpoint, under the shape of (height, width, in, out). The checkpoint is wrong, not the port.',
  'kernel-order, height and width exchanged':
    'The kernel of stage2/block2/1x1_dwconv_1 is in the order WHIO (height and width exchanged) in the checkpoint, under the shape of (height, width, in, out). The checkpoint is wrong, not the port.',
  'kernel-order, inputs and outputs exchanged':
    'The kernel of stage2/block2/1x1_gconv_1_/g0 is in the order OIHW (PyTorch, Theano) in the checkpoint, under the shape of (height, width, in, out). The checkpoint is wrong, not the port.',
  'kernel-flipped':
    'The kernel of stage2/block2/1x1_dwconv_1 is turned by half a turn (a convolution in the mathematical sense, as in Theano) in the reference or in the checkpoint.',
  'depthwise-order':
    'The kernels of stage2/block2/1x1_dwconv_1 belong to other channels in the reference than in the checkpoint: they are shuffled with 3 groups.',
  'padding-symmetric':
    'The reference pads conv1 symmetrically, as Caffe and PyTorch do: padding (1, 1) instead of (0, 1), or (1, 0), which comes to the same. The reference is wrong, not the port.',
  'padding-symmetric, max pooling':
    'The reference pads maxpool1 symmetrically, as Caffe and PyTorch do: padding (1, 1) instead of (0, 1), or (1, 0), which comes to the same. The reference is wrong, not the port.',
  'padding-valid':
    "The reference does not pad stage2/block1/1x1_dwconv_1: it has `padding='valid'`, Keras's default, where the article has 'same'. The reference is wrong, not the port.",
  'avg-pool-counts-padding':
    'The reference counts the padding in the averages of stage2/block1/avg_pool: it divides by all cells of the window, where TensorFlow divides by those that are there. The reference is wrong, not the port.',
  'concat-exchanged':
    'The reference joins the inputs of stage2/block1/concat in the opposite order (stage2/block1/avg_pool, stage2/block1/bn_gconv_2); or, which explains it as well: the channels of stage2/block1/concat have the right values in another order in the reference: they are rotated by 54 (channel 0 is channel 54).',
  'residual-missing':
    'The reference does not add the shortcut in stage2/block2/add: it hands on stage2/block2/bn_gconv_2 alone.',
  'relu-missing': 'The reference has no relu at stage2/block2/relu_gconv_1: negative values are left.',
  'relu-missing, inside conv1': 'The reference has no relu at conv1: negative values are left.',
  'relu-misplaced, after the depthwise convolution':
    'The reference rectifies what stage2/block2/bn_dwconv_1 gives; the article has no relu there.',
  'relu-misplaced, before the addition':
    'The reference rectifies stage2/block2/bn_gconv_2 before it is added in stage2/block2/add; the article rectifies the sum.',
  relu6: 'The reference has relu6 at stage2/block2/relu_out: no value is above 6.',
  'bias-missing':
    'The reference does not add the bias of fc, which the checkpoint has. The reference is wrong, not the port.',
  'bias-unknown':
    'The reference adds a number to each channel of stage2/block2/1x1_dwconv_1 that the checkpoint does not have (a bias; in channel 0 0.841).',
  'global-pool':
    'The reference has global max pooling at global_pool, the port global average pooling. The weights do not tell which is right: it is the one the network was trained with.',
  'softmax-missing': 'The reference recorded logits under softmax: there is no softmax in it.',
  'softmax-twice': 'The reference applies softmax twice at softmax.',
  'softmax-twice, inside fc': 'The reference recorded fc after a softmax: its dense layer has the activation inside.',
  'input-bgr':
    'The reference saw the colours in reverse order (BGR instead of RGB, as OpenCV reads them), not as its input was recorded.',
  'input-turned': 'The reference saw the image mirrored from left to right, not as its input was recorded.',
  'input-layout':
    "The reference saw its input's NHWC memory read as NCHW: the array was reshaped where it had to be transposed.",
  'input-scale, 0..255':
    'The reference saw its input at another scale: 0..255 instead of -1..1, as which it was recorded.',
  'input-scale, 0..1': 'The reference saw its input at another scale: 0..1 instead of -1..1, as which it was recorded.',
  'input-scale, Caffe':
    "The reference saw its input at another scale: Caffe's (BGR, ImageNet's mean subtracted) instead of -1..1, as which it was recorded.",
  "input-scale, the training script's":
    "The reference saw its input at another scale: the article's training script's (Caffe's, then x / 127.5 - 1) instead of -1..1, as which it was recorded.",
  'reference-tf32':
    'The reference was computed in TF32 (or in float16 with float32 sums): what is multiplied has 11 significant bits. Neither the port nor the checkpoint is wrong.',
  'reference-tf32, bfloat16':
    'The reference was computed in bfloat16 with float32 sums: what is multiplied has 8 significant bits. Neither the port nor the checkpoint is wrong.',
  'reference-low-precision, float16':
    'The reference was computed in float16: every value it recorded is one, and the difference is no larger than that explains. Neither the port nor the checkpoint is wrong.',
  'reference-low-precision, bfloat16':
    'The reference was computed in bfloat16: every value it recorded is one, and the difference is no larger than that explains. Neither the port nor the checkpoint is wrong.',
  'weight-changed':
    'One number of conv1 differs: kernel[0, 2, 0, 1] is 0.0215756 in the checkpoint, and the reference used 0.0315756. The checkpoint, or the one the reference was made from, is damaged.',
  'weight-changed, of a group':
    'One number of stage2/block2/1x1_gconv_1_/g1 differs: kernel[0, 0, 2, 2] is 0.344847 in the checkpoint, and the reference used -0.344847. The checkpoint, or the one the reference was made from, is damaged.',
  'weight-changed, of a depthwise kernel':
    'One number of stage2/block2/1x1_dwconv_1 differs: depthwise_kernel[1, 1, 3, 0] is -0.0276833 in the checkpoint, and the reference used 0. The checkpoint, or the one the reference was made from, is damaged.',
  'weight-changed, gamma':
    'One number of stage2/block2/bn_gconv_1 differs: gamma[2] is 1.34908 in the checkpoint, and the reference used 1.5, or its moving_variance is 0.594044 instead of 0.73463. The checkpoint, or the one the reference was made from, is damaged.',
  'weight-changed, moving_variance':
    'One number of stage2/block2/bn_gconv_1 differs: gamma[2] is 1.34908 in the checkpoint, and the reference used 3.25972, or its moving_variance is 0.125 instead of 0.73463. The checkpoint, or the one the reference was made from, is damaged.',
  'weight-changed, moving_mean':
    'One number of stage2/block2/bn_gconv_1 differs: beta[2] is 0.417107 in the checkpoint, and the reference used 0.440866, or its moving_mean is 0.25 instead of 0.265105. The checkpoint, or the one the reference was made from, is damaged.',
  'weights-of-another-layer':
    "The reference computed stage2/block2/bn_gconv_1 with what the checkpoint has as the weights of stage2/block2/bn_dwconv_1: the checkpoint's layers are exchanged, or it was mapped in another order.",
  'slices-own':
    "The reference's groups read their own slices, and the port is told that all read the last (`--slices last`). The port's settings are wrong, not the reference.",
  'bn-batch-statistics':
    'The reference was recorded in training mode: stage2/block2/bn_gconv_1 normalises with the mean and variance of the batch, not with the moving ones.',
  'reference-unrounded-weights':
    'The reference used unrounded weights: the checkpoint stores float16, and the difference is no larger than that rounding explains. Neither the port nor the reference is wrong.',
  'max-pool-pads-zeros':
    'The reference pads pool with zeros, which win over negative values; TensorFlow leaves padding out of the maximum. The reference is wrong, not the port.',
};

/** The advice, by the cause, and by how it was planted where that matters. */
export const FIXES: Readonly<Record<string, string>> = {
  'slices-last':
    'Record the reference again with explicit slices (a default argument in the lambda: `lambda z, offset=offset: …`), or, if the network was trained that way, use `--slices last`.',
  'slices-reversed':
    "Record the reference again with group i reading channels i·n to (i + 1)·n, as the article's code does.",
  'slices-exchanged': 'Record the reference again with each group reading its own slice.',
  'group-kernels-exchanged':
    'Check which layer each kernel of the file belongs to (a file mapped by order, or written group by group in another order); load it by name, or write it again.',
  'shuffle-missing': "Record the reference again from a model with the article's channel shuffle.",
  'shuffle-inverse':
    'In the code that made the reference, reshape to (height, width, groups, channels / groups), transpose the last two axes, and reshape back; record it again.',
  'shuffle-groups':
    'Record the reference again with 3 groups, or state the number of groups (`--groups`) if the checkpoint has another.',
  'shuffle-in-first-unit': "Record the reference again from a model whose first unit has one group, as the article's.",
  'channel-order':
    'Find where the reference, or whoever wrote the checkpoint, puts channels (or classes) in another order, and record or write it again.',
  'bn-epsilon':
    "Record the reference again with `BatchNormalization(epsilon=1e-3)`; if the network was trained with 1e-5, the checkpoint does not belong to the article's network.",
  'bn-epsilon, solved for':
    "Record the reference again with `BatchNormalization(epsilon=1e-3)`; if the network was trained with 3.3e-3, the checkpoint does not belong to the article's network.",
  'bn-weights-exchanged':
    "Write the checkpoint again with Keras's order (gamma, beta, moving_mean, moving_variance), or correct the mapping.",
  'bn-std-as-variance': 'Write the checkpoint again with variances.',
  'bn-std-as-variance, by the reference': 'Record the reference again with the variances as they are stored.',
  'bn-missing': 'Record the reference again from a model with its batch normalisations.',
  'bn-missing, without its scale':
    'Record the reference again from a model whose batch normalisations have their gamma.',
  'kernel-order': 'Transpose the kernels to (height, width, in, out) where they are written, not only their shape.',
  'kernel-flipped':
    'Turn the kernels when they are converted from Theano (`convert_all_kernels_in_model`), and not otherwise.',
  'depthwise-order':
    'Check the order in which the channels of the depthwise kernel are written, and whether a channel shuffle was folded into it.',
  'padding-symmetric':
    "Record the reference with TensorFlow's `padding='same'`; in PyTorch, pad by hand (`F.pad(x, (0, 1, 0, 1))`) before a convolution without padding.",
  'padding-valid': "Record the reference from a model with `padding='same'`.",
  'avg-pool-counts-padding': 'In PyTorch use `AvgPool2d(..., count_include_pad=False)`; record the reference again.',
  'concat-exchanged':
    "Join in the order of the article's code (groups from the first to the last; the branch, then the pooled shortcut); record the reference again.",
  'residual-missing': 'Record the reference from a model that adds both, in units of stride 1.',
  'relu-missing': 'Record the reference again with its relu.',
  'relu-misplaced':
    'Rectify where the article does: after bn_gconv_1 and at the end of a unit; record the reference again.',
  relu6: 'Record the reference again with relu, which is not cut.',
  'bias-missing': 'Record the reference from a model with `use_bias=True` there, with this checkpoint loaded whole.',
  'bias-unknown':
    "Look for a bias in the file the reference was made from: the article's first revisions have them, and converters drop what they have no place for.",
  'global-pool': "Use `--pooling max` if the reference is right; otherwise record it again with `pooling='avg'`.",
  'softmax-missing':
    'Record the output of the softmax, or record the logits under the name of the layer before it (fc).',
  'softmax-twice':
    "Apply softmax once, after fc: `Dense(classes)` without an activation, then `Activation('softmax')`; record the reference again.",
  'input-bgr':
    'Record as `input` what the model was given, after the last change of colour order; give the port the same order.',
  'input-turned': 'Record as `input` what the model was given, with augmentation switched off.',
  'input-layout':
    'Use `x.transpose(0, 2, 3, 1)` to get from NCHW to NHWC, not `x.reshape(...)`, and record as `input` what the model was given.',
  'input-scale':
    'Record as `input` what the model was given, after preprocessing; give the port the preprocessing that the network was trained with.',
  'reference-tf32':
    'Record the reference on a CPU, or with `tf.config.experimental.enable_tensor_float_32_execution(False)` and `NVIDIA_TF32_OVERRIDE=0`.',
  'reference-low-precision':
    "Record the reference in float32 (no mixed-precision policy: `keras.mixed_precision.set_global_policy('float32')`; not on a GPU with half-precision textures).",
  'weight-changed': 'Compare the two files (`shuffleport diff`) and take the one that is whole.',
  'weights-of-another-layer':
    'Load the file by name; where it has no names, check the order in which the layers were written, and write it again.',
  'slices-own': 'Use `--slices own`.',
  'bn-batch-statistics': 'Record it again with `model.predict(x)` or `model(x, training=False)`.',
  'reference-unrounded-weights':
    'Record the reference from the model as loaded from this checkpoint, or compare with the checkpoint before it was rounded.',
  'max-pool-pads-zeros': 'Pad with minus infinity before a maximum, and record the reference again.',
};
