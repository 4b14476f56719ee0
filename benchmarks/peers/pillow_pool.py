"""Makes every picture of a folder fit 800 x 600 with Pillow in a pool of processes, as the articles do.

Usage: pillow_pool.py FOLDER OUT WORKERS
"""
import os
import sys
from multiprocessing import Pool

from PIL import Image


def shrink(job):
    source, target = job
    picture = Image.open(source)
    picture.thumbnail((800, 600))
    picture.save(target, quality=75)


if __name__ == "__main__":
    folder, out = sys.argv[1:3]
    os.makedirs(out, exist_ok=True)
    with Pool(int(sys.argv[3])) as pool:
        pool.map(shrink, [(os.path.join(folder, name), os.path.join(out, name)) for name in sorted(os.listdir(folder))])
