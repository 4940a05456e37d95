"""ResNet-18, ResNet-50 and MobileNetV2 as a list of steps, in the order of bench/vision.cpp, which is the order of the weights."""


class Steps:
    """[kind, inputs, output, details]: values are numbers, the picture is 0."""

    def __init__(self, spec, tensors):
        self.list, self.count, self.weights = [], 0, iter(tensors)
        self.channels = {0: 3}
        small = spec.get("small", False)
        if spec["net"] == "mobilenet_v2":
            y = self._mobilenet()
        else:
            y = self._resnet(*(((2, 2, 2, 2), False) if spec["net"] == "resnet18" else ((3, 4, 6, 3), True)), small)
        y = self._step("mean", [y])
        self.result = self._step("dense", [y], kernel=next(self.weights), bias=next(self.weights))

    def _step(self, kind, inputs, **details):
        self.count += 1
        self.list.append((kind, inputs, self.count, details))
        self.channels[self.count] = self.channels[inputs[0]]
        return self.count

    def _conv(self, x, filters, side, stride=1, depthwise=False):
        kernel = next(self.weights)  # [side, side, in / groups, filters]; of a depthwise one [side, side, channels, 1]
        kernel = kernel.transpose(2, 3, 0, 1) if depthwise else kernel.transpose(3, 2, 0, 1)
        groups = self.channels[x] if depthwise else 1
        y = self._step("conv", [x], kernel=kernel.copy(), stride=stride, margin=side // 2, groups=groups)
        self.channels[y] = filters
        gamma, beta, mean, variance = (next(self.weights) for _ in range(4))
        return self._step("norm", [y], gamma=gamma, beta=beta, mean=mean, variance=variance)

    def _relu(self, x):
        return self._step("relu", [x])

    def _block(self, x, filters, stride, bottleneck):
        if bottleneck:
            y = self._relu(self._conv(x, filters, 1))
            y = self._relu(self._conv(y, filters, 3, stride))
            y = self._conv(y, 4 * filters, 1)
        else:
            y = self._relu(self._conv(x, filters, 3, stride))
            y = self._conv(y, filters, 3)
        channels = self.channels[y]
        way = self._conv(x, channels, 1, stride) if stride != 1 or self.channels[x] != channels else x
        return self._relu(self._step("add", [y, way]))

    def _resnet(self, blocks, bottleneck, small):
        y = self._relu(self._conv(0, 64, 3) if small else self._conv(0, 64, 7, 2))
        if not small:
            y = self._step("pool", [y])
        for stage, count in enumerate(blocks):
            for b in range(count):
                y = self._block(y, 64 << stage, 2 if stage and not b else 1, bottleneck)
        return y

    def _mobilenet(self):
        y = self._step("relu6", [self._conv(0, 32, 3, 2)])
        for wider, filters, count, first in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
            for i in range(count):
                stride, x, channels = first if i == 0 else 1, y, self.channels[y]
                if wider != 1:
                    y = self._step("relu6", [self._conv(y, channels * wider, 1)])
                y = self._step("relu6", [self._conv(y, channels * wider, 3, stride, depthwise=True)])
                y = self._conv(y, filters, 1)
                if stride == 1 and channels == filters:
                    y = self._step("add", [x, y])
        return self._step("relu6", [self._conv(y, 1280, 1)])
