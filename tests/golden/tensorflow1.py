"""TensorFlow 1's interface, as 1.15.5 has it and 2.x keeps it, without its warnings; and where what a script makes is to go."""
import os
import sys
import warnings

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.filterwarnings('ignore')
import tensorflow.compat.v1 as tf

tf.logging.set_verbosity(tf.logging.ERROR)
tf.disable_v2_behavior()
IS_2 = not tf.__version__.startswith('1.')


def folder_and_names(folder):
    """[--into FOLDER] [NAME …], FOLDER that of the goldens unless it is given."""
    arguments = sys.argv[1:]
    if arguments[:1] == ['--into']:
        return arguments[1], arguments[2:]
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), folder), arguments
