"""What went wrong with our work, said without the word "complaint", and what sounds like it and is none; `-` is no complaint."""

ENGLISH = """
serious  the film is lifting at the edges
serious  the tint you put on is full of bubbles
serious  my sunglasses were gone after the wash
serious  you scratched
serious  oil all over my driveway since your service
serious  the noise is back after you fixed it
serious  steering wheel crooked after alignment
serious  someone moved my seat and there is a dent
serious  There is a burning smell since the oil change
serious  I found a scratch on the bonnet when I picked the car up
serious  picked up my car today and the bumper is cracked
serious  My dashcam is missing since I left the car with you
serious  the coins in my cup holder are gone, the car was only with you
serious  it broke down again two days after the repair
serious  same rattle as before, and I paid you 800 to fix it
serious  The ceramic coating is peeling off already
serious  wrap is coming off at the door handle after a week
serious  ac is warm again and you just regassed it
serious  you left a bolt loose
serious  there's oil dripping since you did the oil change
serious  Car pulls to the left since the alignment
serious  the check engine light came on right after i left your workshop
serious  they damaged my rim when changing the tyres
serious  your guys cracked my windscreen
serious  swirl marks everywhere after the polish
serious  the new paint doesnt match the rest of the car
serious  clear coat is peeling where you repainted the door
serious  the door you repaired doesn't close properly
serious  one of the wheel caps is missing after the tyre change
serious  my charging cable was in the boot and now it's not there any more, since the service
serious  somebody at your place went through my glovebox
serious  my car had no scratches when i brought it in
serious  Windows don't work any more since you repaired the door
serious  thier is a scrach on my door after the wash
serious  you gave me back the car with a broken mirror
serious  the battery you fitted is dead after three weeks
serious  brand new scratch along the side, happened at your garage
serious  there are screws left over on my seat after the repair
serious  water gets into the car since you replaced the windscreen
minor    the car smells of cigarettes, someone smoked in it at your workshop
serious  the parking sensors stopped working after your bumper repair
serious  It still pulls to the right, didn't you align it yesterday?
serious  seat was moved and now the mirror is broken
serious  You used the wrong oil
serious  my phone holder is broken since the interior cleaning
serious  the leather has a stain now that was not there before the detailing
-        oil leak under my car
-        noise when braking
-        do you repair scratches?
-        how much to fix a dent?
-        there's a scratch on my door, can you polish it out
-        I need a dent removed
-        My steering wheel is crooked
-        the car pulls to the left
-        burning smell from the engine
-        check engine light is on
-        my battery is dead
-        I lost my sunglasses
-        did I leave my sunglasses in your waiting room?
-        I think I left my umbrella in the loaner
-        how long does ppf last before the edges lift
-        does window film bubble in the heat?
-        can I wash the car after the ceramic coating
-        When can I wash my car after the wrap
-        the coating is three years old, I would like a new one
-        somebody scratched my car in the car park
-        someone keyed my door last night
-        I hit a pole and dented the bumper
-        a stone cracked my windscreen
-        what should I do if the film peels
-        is it normal that it smells after the oil change
-        should the alignment be checked after new tyres
-        the old film is peeling, I want it replaced
-        can you remove old tint
-        my ac is warm
-        I need a new wheel cap
-        after the service I want to go to the airport
-        see you after the wash
-        I will pick up the car after the repair
-        please check the brakes after the oil change
-        is the noise gone after changing the pads?
-        the noise is gone after you fixed it, thanks
-        no more leaks since your repair
-        do scratches come out with polishing
-        will my seat be moved during the service
-        dent repair tomorrow at ten
-        windscreen is cracked, do you replace it?
-        please don't scratch my rims
-        water gets into the boot when it rains
-        the paint is peeling on the roof, it's an old car
-        I want my car smelling fresh after the cleaning
-        what happens if something is stolen from my car
-        scratch on the rear door needs a repair
-        I moved my seat and now the memory does not work
serious  the rear seat has a big oil mark from your mechanic
serious  my airpods disappeared while you were cleaning the car
serious  You fixed the window regulator and it's jammed again
serious  there's a ding in the door that definitely wasn't there this morning when I dropped it off
serious  brakes are grinding worse than ever after the pad replacement
serious  The wax left white residue all over my black trim
serious  i just drove off and the bumper clip you fitted fell off
serious  the spare key I gave you is nowhere to be found
serious  the car shakes at 100 ever since you balanced the wheels
serious  headlight has condensation since you swapped the bulb
serious  you put the wrong tyres on
serious  my roof lining is torn after your sunroof repair
serious  gearbox jerks now, never did that before your software update
serious  tint has a crease right in the middle
serious  lug nut missing after you rotated the tyres
-        How do I get a dent out of the door
-        tyres worn after 40000 km, normal?
-        my wipers squeak
-        the AC smells musty, can you clean it
-        after the repair I'd like a wash too
-        do you tint windows
-        someone broke into my car and smashed the window, can you replace it
-        my key is missing, can you make a new one
-        coffee stain on the seat, can you get it out
-        leaking coolant, need a tow
-        the headlight is cracked, price for a new one?
-        will polishing remove swirl marks
-        noise from the left rear wheel, want it checked on Friday
-        is the car ready after the repair
serious  headrest is missing after you cleaned the interior
serious  two weeks after your repair the clutch smells again
serious  paint on the repaired fender has runs in it
serious  my dog's blanket is gone, it was on the back seat this morning before you washed the car
serious  your apprentice bent my number plate
serious  the screen you replaced flickers
serious  tyre you patched is flat again
serious  your people left a rag in the engine bay
serious  car won't start after you had it in for service
serious  the wheel you balanced vibrates at 120
-        flat tyre, can you patch it
-        my number plate is bent, can I get a new one
-        engine vibrates at 120
-        brake light on the dashboard, want it checked
-        can you collect the car after the weekend
-        I'd like the wheels balanced after the tyre change
-        what if my car is not ready
-        after cleaning, how long until the seats are dry
-        it leaks since an oil change at another garage, want it checked
-        my friend's garage fitted the tint and it is bubbling, by a friend
-        another workshop changed the pads and now they squeal
"""

SIMPLIFIED = """
serious  贴膜起泡了
serious  洗完车我的墨镜不见了
serious  刚修完又漏油
serious  保养完车里有股焦味
serious  膜边翘起来了
serious  你们贴的膜有气泡
serious  隔热膜才贴一个月就起泡
serious  做完四轮定位方向盘还是歪的
serious  换完机油地上一滩油
serious  取车的时候发现门上有道划痕
serious  提车发现轮毂刮花了
serious  车门被你们划了
serious  你们把我的漆面抛花了
serious  修好才两天又响了
serious  刚换的电瓶又没电了
serious  空调刚加过氟又不凉了
serious  行车记录仪没了，车只在你们那停过
serious  车里的零钱少了
serious  送来的时候好好的，拿回去就有个坑
serious  后备箱的东西不见了，就是在你们店洗车之后
serious  补的漆颜色不一样
serious  做的镀晶一下雨就没效果了
serious  喷过的地方掉漆了
serious  换完轮胎方向盘抖
serious  上次修的地方又坏了
serious  毛病还在，白修了
serious  修了跟没修一样
serious  保养完仪表盘亮故障灯
serious  我的座椅被人动过，门上还有个凹坑
serious  你们洗车把我的后视镜弄坏了
serious  钣金完车门关不严
serious  换了玻璃以后漏水
serious  洗车以后喇叭不响了
serious  你们加错油了
serious  改色膜才半年就褪色了
serious  师傅把螺丝拧滑丝了
serious  洗车的把我天窗弄漏了
serious  内饰清洗完座椅有印子
-        车底漏油
-        刹车有异响
-        你们修划痕吗
-        补个凹坑多少钱
-        车门有道划痕，能抛掉吗
-        方向盘歪了
-        车子跑偏
-        车里有股焦味
-        故障灯亮了
-        电瓶没电了
-        我的墨镜好像落在你们店里了
-        贴膜会起泡吗
-        贴完膜多久能洗车
-        旧膜起泡了想换一张
-        镀晶之后能洗车吗
-        停车场被人刮了
-        自己不小心蹭了一下，想补漆
-        石子把挡风玻璃打裂了
-        保养完可以直接开走吗
-        洗完车帮我吸一下后备箱
-        修完车给我打电话
-        换完机油要复位保养灯吗
-        空调不凉了
-        想做四轮定位，方向盘有点歪
-        不响了，修得很好
-        修完就不漏了，谢谢师傅
-        轮毂刮花了能修复吗
-        轮毂刮花了想修一下
-        下雨车里漏水
-        原厂膜老化起泡怎么办
-        车漆掉了一块，想补漆
-        东西丢在车里你们负责吗
-        贵重物品需要拿走吗
-        抛光会不会伤漆
-        洗车会刮花车漆吗
-        行车记录仪怎么装
-        想装行车记录仪
-        我要修车门的凹坑
serious  昨天在你们店里喷的漆今天就起泡
serious  换了刹车片以后刹车叫得厉害
serious  修空调的时候把我中控台撬出印子了
serious  车子拿回来油箱少了一大截
serious  你们装的倒车影像三天就黑屏
serious  喷完漆一堆橘皮
serious  我放在后座的书包没了，早上送去洗的车
serious  做完底盘装甲还是锈
serious  轮胎是你们补的，一晚上又瘪了
serious  保养后油耗一下子高了好多，肯定哪里没弄好
-        行李架松了想紧一下
-        补胎要多久
-        车窗升降有异响，想约明天检查
-        座椅有咖啡渍能清洗掉吗
-        换轮胎之后要做动平衡吗
-        漆面有太阳纹想抛光
-        贴改色膜要备案吗
-        钥匙丢了能配吗
-        倒车雷达不响了，想来看看
-        洗完车能顺便补胎吗
serious  洗完车发现少了一个轮毂盖
serious  你们换的雨刮刮不干净，吱吱响
serious  昨天做的保养，今天机油灯就亮了
serious  师傅试车把我车蹭了
serious  贴完膜玻璃上好多灰点
serious  扶手箱里的现金洗完车就没了
-        轮毂盖少了一个想配
-        雨刮刮不干净想换
-        机油灯亮了还能开吗
-        补好的轮胎能跑高速吗
-        里程八万公里该换什么
-        玻璃上有水垢想洗
-        在别的店换完机油漏油，想来看看
-        外面贴的膜起泡了，想请你们处理
-        自己换的刹车片现在异响
"""

TRADITIONAL = """
serious  貼膜起泡了
serious  洗完車我的墨鏡不見了
serious  剛修完又漏油
serious  隔熱紙貼完一堆氣泡
serious  你哋貼嘅膜起泡
serious  洗完車之後個倒後鏡爛咗
serious  攞車嗰陣發現門上有條花痕
serious  牽車時發現保險桿有刮傷
serious  做完定位方向盤歪歪的
serious  保養完引擎有怪聲
serious  換完機油地上都是油
serious  整完又漏油
serious  上個禮拜先整完，而家又響
serious  我部車喺你哋度畀人刮花咗
serious  車上的零錢不見了，只有你們碰過
serious  後車廂的雨傘不見了，洗車前還在
serious  我副太陽眼鏡洗完車之後唔見咗
serious  剛換的電瓶又沒電
serious  冷氣才灌完冷媒又不冷
serious  鍍膜做完沒多久就沒撥水了
serious  鈑金完車門關不緊
serious  烤漆的顏色跟原本不一樣
serious  保養完儀表板亮燈
serious  座椅被動過，車門還有一個凹洞
serious  技師把我的螺絲鎖壞了
serious  有修跟沒修一樣
serious  換完玻璃下雨就漏水
serious  師傅整花咗我個軚環
-        車底漏油
-        煞車有異音
-        請問有修刮傷嗎
-        凹痕修復多少錢
-        方向盤歪歪的
-        冷氣不冷
-        電瓶沒電了
-        隔熱紙多久會起泡
-        舊的隔熱紙起泡想重貼
-        在停車場被刮
-        我架車畀人刮花咗，想補漆
-        整車幾錢
-        洗完車可唔可以順便打蠟
-        整完車打電話畀我
-        我副眼鏡好似漏咗喺你哋度
-        有怪聲，想檢查
-        部車漏油，想整
-        保養完可以打電話給我嗎
-        輪圈刮傷想修
-        鍍膜後多久可以洗車
-        修好了，沒有再漏，謝謝
-        車門有凹洞要鈑金
-        貼完隔熱紙幾天不能開窗
-        貴重物品要拿走嗎
-        倒後鏡爛咗，可唔可以換
serious  車門被你們撞凹一塊
serious  洗完車天線斷了
serious  貼膜師傅把我橡膠條割破了
serious  啱啱喺你哋度換完電池又著唔到車
serious  我車尾箱隻行李箱唔見咗，你哋有冇拎過
serious  修完避震還是有咕咕聲
-        電瓶沒電要救援
-        雨刷有怪聲想換
-        貼隔熱紙前要洗車嗎
-        冷氣有霉味可以清嗎
-        我想整返個車門凹位
-        部車著唔到
serious  換完煞車皮一直叫
serious  車子拿回來發現里程多了八十公里
serious  補好的輪胎又漏氣
-        煞車皮換完可以馬上開嗎
serious  打蠟打到烤漆一圈一圈的
serious  你哋整完冷氣仲係唔凍
-        冷氣唔凍想check下
-        喺第二間整完又漏油，想過嚟睇
-        在外面貼的隔熱紙起泡，想請你們看
"""
