"""The pictures of pictures_pillow.py decoded and resized as PyTorch users do: torchvision's transforms in a DataLoader with two workers.
   pictures_torchvision.py FOLDER"""
import os
import statistics
import sys
import time

import torch
from PIL import Image
from pictures_pillow import TO, make
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms


torch.set_num_threads(2)


class Folder(Dataset):
    def __init__(self, folder):
        self.paths = sorted(f"{folder}/{name}" for name in os.listdir(folder))
        self.transform = transforms.Compose([transforms.Resize((TO, TO)), transforms.PILToTensor()])

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        with Image.open(self.paths[i]) as picture:
            return self.transform(picture.convert("RGB"))


def main():
    folder = sys.argv[1]
    if not os.path.isdir(folder):
        make(folder)
    data = Folder(folder)
    loader = DataLoader(data, batch_size=32, num_workers=2, persistent_workers=True)  # the workers stay from one run to the next
    seconds = []
    for run in range(7):
        start = time.perf_counter()
        for batch in loader:
            pass
        if run:
            seconds.append(time.perf_counter() - start)
    print(f"torchvision, 2 workers: {len(data) / statistics.median(seconds):.0f} pictures/s (best {len(data) / min(seconds):.0f})")


if __name__ == "__main__":
    main()
