def shell(request):
    return {"firm": getattr(request, "firm", None)}
