"""Makes JPEGs of 2400 x 1600 pixels, about a megabyte each: clouds of many sizes with a little grain, as photographs have.

Usage: make_pictures.py FOLDER COUNT
"""
import ctypes
import os
import sys
from multiprocessing import Pool

from PIL import Image

SIZE = (2400, 1600)


def clouds():
    picture = Image.effect_noise((12, 8), 120).resize(SIZE, Image.BICUBIC)
    for shrink, weight in ((32, 0.4), (8, 0.25), (2, 0.15), (1, 0.12)):
        noise = Image.effect_noise((SIZE[0] // shrink, SIZE[1] // shrink), 80)
        picture = Image.blend(picture, noise.resize(SIZE, Image.BICUBIC), weight)
    return picture


def make(job):
    number, path = job
    ctypes.CDLL(None).srand(number + 1)
    red, green, blue = clouds(), clouds(), clouds()
    grey = Image.blend(red, green, 0.5)
    channels = [Image.blend(grey, channel, 0.35) for channel in (red, green, blue)]
    Image.merge("RGB", channels).save(path, quality=88)


if __name__ == "__main__":
    with Pool(2) as pool:
        pool.map(make, [(i, os.path.join(sys.argv[1], f"{i:03}.jpg")) for i in range(int(sys.argv[2]))])
