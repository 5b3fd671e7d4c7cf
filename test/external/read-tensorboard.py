"""Prints as JSON what TensorBoard's own code reads of the folder given: scalars, images as pixels, hyper-parameters."""
import io
import json
import sys

from google.protobuf import json_format
from PIL import Image
from tensorboard import context as request_context
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, get_experiment, list_session_groups

folder = sys.argv[1]
everything = {"scalars": 0, "images": 0, "tensors": 0}

# Of one folder alone, where the multiplexer below searches.
accumulator = EventAccumulator(f"{folder}/tensorboard", size_guidance=everything)
accumulator.Reload()
tags = accumulator.Tags()


def pixels(event):
    image = Image.open(io.BytesIO(event.encoded_image_string))
    return {
        "step": event.step,
        "size": [event.height, event.width],
        "mode": image.mode,
        "pixels": list(image.tobytes()),
    }


multiplexer = plugin_event_multiplexer.EventMultiplexer(size_guidance=everything, tensor_size_guidance={})
multiplexer.AddRunsFromDirectory(folder)
multiplexer.Reload()
provider = data_provider.MultiplexerDataProvider(multiplexer, folder)
context = backend_context.Context(base_plugin.TBContext(data_provider=provider))
metadata = context.hparams_metadata(request_context.RequestContext(), "experiment")
experiment = get_experiment.Handler(
    request_context.RequestContext(), context, "experiment", api_pb2.GetExperimentRequest()
).run()
request = api_pb2.ListSessionGroupsRequest(
    start_index=0,
    slice_size=10,
    aggregation_type=api_pb2.AGGREGATION_AVG,
    allowed_statuses=[api_pb2.STATUS_UNKNOWN, api_pb2.STATUS_SUCCESS, api_pb2.STATUS_FAILURE, api_pb2.STATUS_RUNNING],
    include_metrics=True,
    col_params=[api_pb2.ColParams(metric=info.name) for info in experiment.metric_infos],
)
groups = list_session_groups.Handler(request_context.RequestContext(), context, "experiment", request).run()

print(
    json.dumps(
        {
            "scalars": {tag: [[event.step, event.value] for event in accumulator.Scalars(tag)] for tag in tags["scalars"]},
            "images": {tag: [pixels(event) for event in accumulator.Images(tag)] for tag in tags["images"]},
            "experiment": json_format.MessageToDict(experiment),
            "groups": json_format.MessageToDict(groups),
        }
    )
)
