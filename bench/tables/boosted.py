"""A tuned LightGBM or XGBoost for one training and one test CSV: prints its score. Called by run.py."""
import json
import sys
import warnings

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold, StratifiedKFold

warnings.filterwarnings("ignore")


def lightgbm_with(classes, choice, threads):
    import lightgbm
    return (lightgbm.LGBMClassifier if classes else lightgbm.LGBMRegressor)(**choice, subsample_freq=1, verbose=-1, n_jobs=threads)


def xgboost_with(classes, choice, threads):
    """The same numbers, by XGBoost's names: it counts leaves, too, when it grows leaf by leaf."""
    import xgboost
    choice = {{"num_leaves": "max_leaves", "min_child_samples": "min_child_weight"}.get(key, key): value for key, value in choice.items()}
    return (xgboost.XGBClassifier if classes else xgboost.XGBRegressor)(**choice, grow_policy="lossguide", max_depth=0, tree_method="hist", enable_categorical=True, n_jobs=threads)


def fit(peer, classes, choice, threads, x, y, judged):
    """Fitted on x and y; with rows to judge by, as many rounds as are best there, and how many those are."""
    if peer == "XGBoost":
        fitted = xgboost_with(classes, {**choice, **({"early_stopping_rounds": 30} if judged else {})}, threads)
        fitted.fit(x, y, **({"eval_set": [judged], "verbose": False} if judged else {}))
        return fitted, fitted.best_iteration + 1 if judged else 0
    import lightgbm
    fitted = lightgbm_with(classes, choice, threads)
    fitted.fit(x, y, **({"eval_set": [judged], "callbacks": [lightgbm.early_stopping(30, verbose=False)]} if judged else {}))
    return fitted, fitted.best_iteration_ if judged else 0


def area(fitted, rows, truth):
    """AUC of the second of two classes."""
    said = fitted.predict_proba(rows)
    return float(roc_auc_score(truth, said[:, 1])) if said.shape[1] == 2 and len(set(truth)) == 2 else None


def main():
    train, test, task, seed = sys.argv[1:5]
    peer = sys.argv[5] if len(sys.argv) > 5 else "LightGBM"
    both = pd.concat([pd.read_csv(train), pd.read_csv(test)], ignore_index=True)
    rows = len(pd.read_csv(train))
    truth, features = both.iloc[:, -1], both.iloc[:, :-1].copy()
    for column in features.columns:
        if not pd.api.types.is_numeric_dtype(features[column]) or features[column].dtype == bool:
            features[column] = features[column].astype(str).astype("category")
    classes = task == "classification"
    y = np.unique(truth.astype(str), return_inverse=True)[1] if classes else truth.to_numpy(dtype=float)
    large = rows > 10000
    outputs = len(set(y)) if classes and len(set(y)) > 2 else 1
    # A round grows a tree for each of many classes: hours of tuning, which nobody does, become minutes.
    choices = 4 if outputs > 20 else 12 if large or outputs > 5 else 20
    draw, best = np.random.RandomState(int(seed)), None
    for _ in range(choices):
        choice = dict(
            num_leaves=int(2 ** draw.uniform(2, 7)), learning_rate=10 ** draw.uniform(-2, -0.7), min_child_samples=int(10 ** draw.uniform(0.5, 2)),
            colsample_bytree=draw.uniform(0.5, 1), subsample=draw.uniform(0.5, 1), reg_lambda=10 ** draw.uniform(-2, 1),
            n_estimators=100 if outputs > 20 else 2000 if large else 800)
        threads = 2 if large else 1  # more cost more than they bring on few rows
        scores, rounds = [], []
        folds = (StratifiedKFold if classes else KFold)(3 if large or outputs > 5 else 5, shuffle=True, random_state=0)
        for kept, judge in folds.split(np.arange(rows), y[:rows]):
            fitted, count = fit(peer, classes, choice, threads, features.iloc[kept], y[kept], (features.iloc[judge], y[judge]))
            said = fitted.predict(features.iloc[judge])
            scores.append((said == y[judge]).mean() if classes else -np.sqrt(((said - y[judge]) ** 2).mean()))
            rounds.append(count)
        if best is None or np.mean(scores) > best[0]:
            best = (np.mean(scores), choice, int(np.mean(rounds) * 1.1) + 1)
    fitted, _ = fit(peer, classes, {**best[1], "n_estimators": best[2]}, threads, features.iloc[:rows], y[:rows], None)
    said, is_ = fitted.predict(features.iloc[rows:]), y[rows:]
    print(json.dumps({"score": float((said == is_).mean() if classes else np.sqrt(((said - is_) ** 2).mean())), "auc": area(fitted, features.iloc[rows:], is_) if classes else None}))


main()
