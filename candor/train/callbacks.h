// All callbacks.
#pragma once

#include "candor/train/callbacks/backup_and_restore.h"
#include "candor/train/callbacks/checkpoint.h"
#include "candor/train/callbacks/csv_logger.h"
#include "candor/train/callbacks/early_stopping.h"
#include "candor/train/callbacks/learning_rate.h"
#include "candor/train/callbacks/swap_ema_weights.h"
#include "candor/train/callbacks/tensor_board.h"
#include "candor/train/callbacks/terminate_on_nan.h"
