"""500 JPEGs of 256 x 256 decoded and resized to 224 x 224 by Pillow in two threads, and by candor_pictures.
   pictures_pillow.py FOLDER [CANDOR_PICTURES]   FOLDER is made when it is not there"""
import os
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

COUNT, SIDE, TO = 500, 256, 224


def make(folder):
    os.makedirs(folder, exist_ok=True)
    rng = np.random.default_rng(1)
    for i in range(COUNT):
        coarse = rng.integers(0, 256, (24, 24, 3), dtype=np.uint8)  # blobs with some grain: about the size of a photograph's file
        smooth = np.asarray(Image.fromarray(coarse).resize((SIDE, SIDE), Image.BICUBIC), dtype=np.int16)
        noise = rng.normal(0, 6, smooth.shape).astype(np.int16)
        Image.fromarray(np.clip(smooth + noise, 0, 255).astype(np.uint8)).save(f"{folder}/{i:04}.jpg", quality=90)


def read(path):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB").resize((TO, TO), Image.BILINEAR))


def main():
    folder = sys.argv[1]
    if not os.path.isdir(folder):
        make(folder)
    paths = sorted(f"{folder}/{name}" for name in os.listdir(folder))
    seconds = []
    with ThreadPoolExecutor(2) as pool:
        for run in range(7):
            start = time.perf_counter()
            np.stack(list(pool.map(read, paths)))
            if run:
                seconds.append(time.perf_counter() - start)
    print(f"Pillow, 2 threads: {len(paths) / statistics.median(seconds):.0f} pictures/s (best {len(paths) / min(seconds):.0f})")
    if len(sys.argv) > 2:
        subprocess.run([sys.argv[2], folder, str(TO)], check=True)


if __name__ == "__main__":
    main()
