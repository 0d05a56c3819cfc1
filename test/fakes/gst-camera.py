"""A camera made of GStreamer's RTSP server; what it shows and who may watch stands as JSON in GST_CAMERA."""

import json
import os

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

VIDEO = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! rtph264pay config-interval=1 pt=96",
    "mjpeg": "jpegenc ! rtpjpegpay pt=26",
    "vp8": "vp8enc deadline=1 keyframe-max-dist=15 ! rtpvp8pay pt=98",
}
AUDIO = {
    "pcm_alaw": "audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay pt=8",
    "pcm_mulaw": "audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay pt=0",
    "opus": "audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay pt=97",
}


def launch_line(camera):
    width, height = camera["size"].split("x")
    picture = f"video/x-raw,format=I420,width={width},height={height},framerate=15/1"
    sources = [
        f"videotestsrc is-live=true ! {picture} ! {VIDEO[camera['codec']]}" for _ in range(camera["videos"])
    ]
    if camera.get("audio"):
        sources.append(f"audiotestsrc is-live=true ! audioconvert ! {AUDIO[camera['audio']]}")
    return " ".join(f"{source} name=pay{index}" for index, source in enumerate(sources))


def protect(server, factory, camera):
    """One user with a password; the camera offers Basic or Digest (MD5)."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
    user, password = camera["user"], camera["password"]
    if camera["login"] == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)


def main():
    camera = json.loads(os.environ.pop("GST_CAMERA"))
    Gst.init(None)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {launch_line(camera)} )")
    factory.set_shared(True)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(camera["port"]))
    if camera.get("user"):
        protect(server, factory, camera)
    server.get_mount_points().add_factory("/live", factory)
    server.attach(None)
    GLib.MainLoop().run()


main()
