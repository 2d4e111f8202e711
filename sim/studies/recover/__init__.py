"""Does the calibration find again a truth that is known?"""
