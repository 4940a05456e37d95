"""The whole-process case in scikit-learn."""
import warnings

from mnist import mnist
from sklearn.neural_network import MLPClassifier

warnings.filterwarnings("ignore")  # one epoch does not converge, and says so
x, y, x_test, y_test = mnist()
net = MLPClassifier((128, 64), batch_size=128, max_iter=1, random_state=0).fit(x, y)
print("accuracy", net.score(x_test, y_test))
