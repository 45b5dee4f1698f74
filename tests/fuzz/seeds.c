/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small ONNX files to begin with: "fuzz-seeds FOLDER". */
#include "model.h"

#include <stdio.h>

static const char *const seeds[] = {
    "w float 4 3 3 3; b float 4; v float 3 4 1 1; Conv x w b > c pads=1,1,1,1; Relu c > r; Conv r v > y",
    "s float 3; b float 3; InstanceNormalization x s b > n; LeakyRelu n > r alpha=0.2; Add r x > y",
    "w float 3 2 4 4; v float 3 2 1 1; ConvTranspose x w > t strides=2,2 pads=1,1,1,1; MaxPool t > m "
    "kernel_shape=2,2 strides=2,2; Conv m v > y",
    "two scalar 2; i int 2; j int 3; Shape x > d; Gather d i > h; Gather d j > w; n int 1 -1; Concat n h w > "
    "r axis=0; Reshape x r > y",
    "p int 0 0 1 0 0 0 2 3; Pad x p > q mode='edge; z int 1 3 32 32; Resize q - - z > y mode='linear",
    "s scalar 0.02; z zerou8 100; QuantizeLinear x s z > q; DequantizeLinear q s z > y",
    "w float 3 3; r int 1 3 1 1; GlobalAveragePool x > m; Flatten m > f; MatMul f w > p; Sigmoid p > g; "
    "Reshape g r > t; Mul x t > y",
    "Concat x x x x > t axis=1; DepthToSpace t > u blocksize=2; SpaceToDepth u > v blocksize=2; Split v > a "
    "b c d axis=1; Sum a b c d > y",
    "Transpose x > t perm=0,2,3,1; s float 3; LayerNormalization t s > n; Transpose n > y perm=0,3,1,2",
};

int main(int argc, char **argv)
{
    for (guint i = 0; argc == 2 && i < G_N_ELEMENTS(seeds); i++) {
        g_autofree char *path = g_strdup_printf("%s/seed-%u.onnx", argv[1], i);
        g_autoptr(GByteArray) bytes = model_bytes(i == 8 ? 17 : 13, 0, 0, seeds[i]);
        if (!g_file_set_contents(path, (const char *)bytes->data, bytes->len, NULL))
            return 1;
    }
    return argc != 2;
}
