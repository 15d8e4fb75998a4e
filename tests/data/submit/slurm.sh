#!/bin/sh
# Submits jobs to Slurm; written by fovea VERSION: fovea submit slurm --print --tasks 7 --cpus 2 --time 4:00:00 --memory 2G --partition short --account birds '--sbatch-option=--constraint=avx512|avx2' -- saliency photos --method grad-cam -o 'the maps.tar'
set -e
cd FOLDER
mkdir -p 'the maps.logs'
array=$(sbatch --parsable --job-name=fovea-saliency --array=0-6 --cpus-per-task=2 \
  --time=4:00:00 --mem=2G --partition=short --account=birds '--constraint=avx512|avx2' --requeue --open-mode=append \
  --signal=B:USR1@60 '--output=the maps.logs/%A-%a.log' << 'END_OF_JOB'
#!/bin/sh
cd FOLDER || exit 1
task= usr1=0 term=0 woken=0
trap 'usr1=1 woken=1; [ -z "$task" ] || kill -USR1 $task' USR1  # the time is nearly over
trap 'term=1 woken=1' TERM  # Slurm sends it to the task, too
FOVEA saliency photos --method grad-cam -o 'the maps.tar' --shard auto --resume --allow-failures --no-progress --threads 2 &
task=$!
[ $usr1 = 0 ] || kill -USR1 $task  # it came before the task
wait $task
code=$?
while [ $woken = 1 ]; do  # a signal ended the wait
  woken=0
  wait $task
  again=$?
  [ $again -eq 127 ] || code=$again  # 127: the task had ended before the signal
done
again=no
[ $usr1-$code = 1-75 ] && again=yes
[ $code -gt 128 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 3 ] && again=yes
if [ $term-$again = 0-yes ]; then
  echo "exit code $code: back into the queue, to go on"
  scontrol requeue "$SLURM_JOB_ID"
fi
exit $code
END_OF_JOB
) || exit 1
array=${array%%;*}
merge=$(sbatch --parsable --job-name=fovea-saliency-merge --dependency=afterok:$array --kill-on-invalid-dep=yes \
  --time=4:00:00 --mem=2G --partition=short --account=birds '--constraint=avx512|avx2' --requeue --open-mode=append \
  '--output=the maps.logs/%j-merge.log' << 'END_OF_JOB'
#!/bin/sh
cd FOLDER || exit 1
exec FOVEA merge 'the maps.tar' -o 'the maps.tar' --allow-failures
END_OF_JOB
) || { scancel "$array"; exit 1; }
merge=${merge%%;*}
echo "Submitted job array $array of 7 tasks, and job $merge, which merges them"
cat << 'END_OF_JOB'
  progress  fovea status 'the maps.tar'
  logs      'the maps.logs'
END_OF_JOB
echo "  cancel    scancel $array $merge"
